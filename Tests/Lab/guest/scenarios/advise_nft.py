"""The fix that advise prints for plain nft: applied, taken back, and put into the file that nft reads."""

from advising import judge_advice, judge_persisted
from filters import PLAIN


def conduct(hosts, subject, report):
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"})
    if fix:
        *chain, jump = fix["persist"][0]["lines"]
        text = PLAIN.replace("table inet edge {", "table inet edge {\n" + "\n".join(chain), 1)
        text = text.replace("meta l4proto tcp ct state invalid", jump + "\n        meta l4proto tcp ct state invalid", 1)
        hosts.director.run("nft", "-f", "-", text="flush ruleset\n" + text)
        judge_persisted(hosts, subject, report)
