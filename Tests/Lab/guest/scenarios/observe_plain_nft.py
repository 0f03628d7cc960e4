"""observe behind a plain nft filter: two rules of an inet table drop packets, and each is blamed for its own."""

from checking import judge_trap
from filters import PLAIN
from observing import judge, observe
from story import WebStory

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    story = WebStory(hosts)
    judge_trap(hosts, subject, report, "inet edge input")
    seen = observe(hosts, subject, story)
    report.equal("two rules drop", 2, len(seen.drops))
    judge(report, seen)
    by_rule = {one["handle"]: {cell["class"] for cell in one["dropped"]} for document in seen.documents for one in document["blame"] or []}
    if seen.documents:
        report.equal("TCP by one, ICMP by the other", [{"fin", "rst"}, {"icmp_error"}], [by_rule[handle] for handle in sorted(by_rule)])
