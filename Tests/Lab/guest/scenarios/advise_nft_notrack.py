"""advise for plain nft, without tracking: what is not tracked needs a rule that accepts it. Applied, taken back, and put into a file."""

from advising import judge_advice, judge_persisted
from filters import PLAIN


def conduct(hosts, subject, report):
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"})
    if fix:
        table, gate = (place["lines"] for place in fix["persist"])
        *chain, jump = gate
        text = PLAIN.replace("table inet edge {", "table inet edge {\n" + "\n".join(chain), 1)
        head, _, tail = text.rpartition("    }\n}")
        text = head + f"        {jump}\n    }}\n}}" + tail
        hosts.director.run("nft", "-f", "-", text="flush ruleset\n" + "\n".join(table) + "\n" + text)
        judge_persisted(hosts, subject, report)
