"""The fix that advise prints for UFW: applied, taken back, and put into before.rules, which UFW itself loads."""

from advising import judge_advice, judge_persisted
from filters import UFW, ufw


def conduct(hosts, subject, report):
    ufw(hosts.director, "allow 80/tcp")
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, captured=True)
    if fix:
        report.equal("it belongs into UFW's own file", ["/etc/ufw/before.rules"], [place["file"] for place in fix["persist"]])
        # Enabling what is enabled loads nothing.
        hosts.director.run("ufw", "--rootdir=/", f"--datadir={UFW}", "disable")
        ufw(hosts.director, "allow 80/tcp", before_invalid=fix["persist"][0]["lines"])
        judge_persisted(hosts, subject, report)
