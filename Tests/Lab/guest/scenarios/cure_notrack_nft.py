"""The notrack cure for nft from ct-inspect-lvs-dr(7)."""

import manual
from cures import judge_cure
from filters import PLAIN


def conduct(hosts, subject, report):
    hosts.director.run("nft", "-f", "-", text=PLAIN.replace("edge", "filter"))
    manual.play(hosts.director, "notrack nft")
    judge_cure(hosts, subject, report, {"UNTRACKED"})
