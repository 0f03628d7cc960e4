"""advise for UFW, without tracking: applied, taken back, and put into before.rules, which UFW itself loads."""

from advising import judge_advice, judge_persisted
from filters import ufw


def conduct(hosts, subject, report):
    ufw(hosts.director, "allow 80/tcp")
    fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"})
    if fix:
        hosts.director.run("ufw", "--force", "disable", check=False)
        ufw(hosts.director, "allow 80/tcp", table_before=fix["persist"][0]["lines"])
        judge_persisted(hosts, subject, report)
