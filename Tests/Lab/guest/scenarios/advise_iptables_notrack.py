"""advise for iptables, without tracking: applied, taken back, and put into the file that iptables-restore reads."""

from advising import judge_advice, judge_persisted
from filters import restore_with


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"})
    if fix:
        restore_with(hosts.director, "iptables", fix["persist"][0]["lines"])
        judge_persisted(hosts, subject, report)
