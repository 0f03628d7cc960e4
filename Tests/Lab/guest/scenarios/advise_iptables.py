"""The fix that advise prints for iptables with net.ipv4.vs.conntrack=1, which belongs to it: applied, taken back, and put into the file that iptables-restore reads."""

from advising import judge_advice, judge_persisted
from filters import restore_with


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, vs_conntrack=1)
    if fix:
        restore_with(hosts.director, "iptables", fix["persist"][-1]["lines"], before="--ctstate INVALID -j DROP")
        hosts.vs_conntrack(0)  # which is in the first of its files
        judge_persisted(hosts, subject, report)
