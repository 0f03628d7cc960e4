"""The static cure for iptables from ct-inspect-lvs-dr(7)."""

import manual
from cures import judge_cure


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    manual.play(hosts.director, "cure iptables")
    judge_cure(hosts, subject, report, {"NEW", "INVALID"})
