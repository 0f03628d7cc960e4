"""The notrack cure for iptables from ct-inspect-lvs-dr(7): the service's packets arrive and leave UNTRACKED."""

import manual
from cures import judge_cure


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    manual.play(hosts.director, "notrack iptables")
    judge_cure(hosts, subject, report, {"UNTRACKED"}, "observe notrack")
