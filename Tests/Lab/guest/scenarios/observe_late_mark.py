"""observe on a service by firewall mark that mangle INPUT sets, as Docker Swarm does: its packets are known from LOCAL_IN on."""

from observing import losses, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, mark=7, marks_at="INPUT"))
    report.equal("no packet has the mark at PRE_ROUTING", 0, seen.total("pre_routing"))
    report.equal("FIN, RST and ICMP errors are dropped", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    if not seen.documents:
        report.skip("what ct-inspect says (--peers-only)")
    for document in seen.documents:
        [service] = document["services"]
        counted = {(cell["point"], cell["class"], cell["ctstate"]): cell["packets"] for cell in service["packets"]}
        for ours, theirs in (("local_in_marked", "local_in"), ("local_in_passed", "local_in_passed"), ("post_routing", "post_routing")):
            expected = {key[1:]: value[0] for key, value in seen.counts.items() if key[0] == theirs}
            report.equal(f"{ours} equals the independent counters", expected, {key[1:]: packets for key, packets in counted.items() if key[0] == ours})
        expected = {key: value[0] for key, value in seen.dropped.items()}
        report.equal("the drops are the packets missing after the filter", expected, losses(document))
        report.check("a rule is named", bool(document["blame"]), document["conclusions"])
