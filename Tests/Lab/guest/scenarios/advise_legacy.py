"""The fix that advise prints for iptables-legacy: applied, taken back, and put into the file that iptables-legacy-restore reads."""

from advising import judge_advice, judge_persisted
from filters import legacy_place, restore_with


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", variant="-legacy")
    rule = legacy_place(hosts.director, "DROP", "INVALID")
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, captured=True, rule=rule)
    if fix:
        restore_with(hosts.director, "iptables-legacy", fix["persist"][0]["lines"], before="--ctstate INVALID -j DROP")
        judge_persisted(hosts, subject, report)
