"""observe behind a filter of iptables-legacy, whose rules cannot be traced: this is reported, and the counters prove the drops.

check names the rule that drops.
"""

from checking import judge_in_order, judge_trap
from filters import legacy_drops, legacy_place
from observing import judge_counts, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    story = WebStory(hosts)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True, variant="-legacy")
    judge_in_order(hosts, subject, report)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", variant="-legacy")
    judge_trap(hosts, subject, report, legacy_place(hosts.director, "DROP", "INVALID"))
    seen = observe(hosts, subject, story)
    dropped = sum(value[0] for value in seen.dropped.values())
    report.check("packets were dropped", dropped > 0, seen.counts)
    report.equal("iptables-legacy has dropped them", dropped, legacy_drops(hosts.director))
    for document in seen.documents:
        judge_counts(report, seen, document)
        report.equal("no rule is blamed", [], document["blame"] or [])
        said = [line for line in document["notices"] if "iptables-legacy" in line]
        report.check("a notice says that its rules cannot be traced", any("cannot be traced" in line for line in said), document["notices"])
