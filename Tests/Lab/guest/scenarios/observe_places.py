"""observe on DR where packets are dropped at PRE_ROUTING: RSTs in front of conntrack, FINs and ICMP errors as INVALID behind it."""

from observing import losses, observe
from story import WebStory

RULES = """table ip flood {
    chain early {
        type filter hook prerouting priority -250;
        ip daddr 10.0.0.100 tcp flags & rst == rst counter drop
    }
    chain invalid {
        type filter hook prerouting priority -140;
        ct state invalid counter drop
    }
}
"""


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.director.run("nft", "-f", "-", text=RULES)
    seen = observe(hosts, subject, WebStory(hosts), in_words=True)
    by_chain = {drop.chain: drop.packets for drop in seen.drops}
    report.same_set("both rules drop", ["early", "invalid"], list(by_chain))
    gone = {key[1:]: value[0] - seen.counts.get(("local_in", *key[1:]), (0, 0))[0] for key, value in seen.counts.items() if key[0] == "pre_routing"}
    gone = {key: packets for key, packets in gone.items() if packets}
    report.equal("FINs and ICMP errors go behind conntrack", {("fin", "INVALID"), ("icmp_error", "INVALID")}, set(gone))
    report.equal("as many as the rule counted", by_chain.get("invalid"), sum(gone.values()))
    if not seen.documents:
        report.skip("what ct-inspect says (--peers-only)")
    for document in seen.documents:
        expected = {("pre_routing", *key): packets for key, packets in gone.items()}
        expected["before_conntrack", "rst", "none"] = by_chain.get("early")
        report.equal("each loss is told with its place, class and ctstate", expected, losses(document))
        chains = {one["chain"] for one in document["blame"]}
        report.check("the rule behind conntrack is named", "invalid" in chains, document["blame"])
        found = {one["id"]: one for one in document["findings"]}
        report.equal("its finding is that of INVALID packets", "error", found.get("invalid-dropped", {}).get("severity"))
        report.check("with a fix", "accept FIN" in (found.get("invalid-dropped", {}).get("remedy") or ""), found)
    if seen.text:
        report.check("the table shows them", " before conntrack" in seen.text and "PRE_ROUTING" in seen.text, seen.text)
