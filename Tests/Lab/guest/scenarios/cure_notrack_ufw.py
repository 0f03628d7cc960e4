"""The cure by not tracking the service at all, for UFW, as ct-inspect-lvs-dr(7) gives it."""

import manual
from cures import judge_cure
from filters import ufw


def conduct(hosts, subject, report):
    lines = manual.display("notrack ufw")
    ufw(hosts.director, "allow 80/tcp", table_before=lines)
    # As "ufw reload" does, which takes a minute here.
    hosts.director.run("iptables-restore", "-n", text="\n".join(lines) + "\n")
    rules = hosts.director.run("iptables", "-t", "raw", "-S", "PREROUTING").stdout.count("--notrack")
    report.equal("a reload adds no rule twice", 2, rules)
    judge_cure(hosts, subject, report, {"UNTRACKED"})
