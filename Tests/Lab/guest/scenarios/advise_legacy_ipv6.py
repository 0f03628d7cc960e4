"""advise for ip6tables-legacy, without tracking: applied, taken back, and put into the file that ip6tables-legacy-restore reads."""

from advising import judge_advice, judge_persisted
from director import VIP6
from filters import legacy_place, restore_with
from story import WebStory


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", variant="-legacy")
    rule = legacy_place(hosts.director, "DROP", "INVALID", program="ip6tables-legacy")
    fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"}, story=WebStory(hosts, virtual=VIP6), rule=rule)
    if fix:
        restore_with(hosts.director, "ip6tables-legacy", fix["persist"][0]["lines"])
        judge_persisted(hosts, subject, report)
