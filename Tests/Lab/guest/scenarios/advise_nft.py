"""The fix that advise prints for plain nft: applied, taken back, and put into the file that nft reads."""

from advising import judge_advice, judge_persisted
from filters import PLAIN, plain_with


def conduct(hosts, subject, report):
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"})
    if fix:
        text = plain_with(fix["persist"][0]["lines"], before="meta l4proto tcp ct state invalid")
        hosts.director.run("nft", "-f", "-", text=text)
        judge_persisted(hosts, subject, report)
