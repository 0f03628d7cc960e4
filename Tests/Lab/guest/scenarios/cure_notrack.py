"""The cure by not tracking the service at all, for iptables, as ct-inspect-lvs-dr(7) gives it: packets come and leave UNTRACKED."""

import manual
from cures import judge_cure


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    manual.play(hosts.director, "notrack iptables")
    judge_cure(hosts, subject, report, {"UNTRACKED"}, "observe notrack")
