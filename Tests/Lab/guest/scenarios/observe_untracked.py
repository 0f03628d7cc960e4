"""observe on DR with net.ipv4.vs.conntrack=0, UFW-like filter: pages arrive; FIN, RST and ICMP errors are INVALID and dropped."""

from observing import judge, observe
from story import WebStory

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts))
    report.equal("arriving packets are NEW or INVALID", {"NEW", "INVALID"}, seen.states("pre_routing"))
    report.equal("only NEW packets pass", {"NEW"}, seen.states("local_in_passed"))
    report.equal("packets leave UNTRACKED", {"UNTRACKED"}, seen.states("post_routing"))
    kinds = {key[1] for key in seen.dropped}
    report.equal("FIN, RST and ICMP errors are dropped", {"fin", "rst", "icmp_error"}, kinds)
    judge(report, seen)
    for document in seen.documents:
        report.equal("IPVS has not seen the connections end", [{"ESTABLISHED": 2}], [one["connections"] for one in document["services"]])
        report.check("a conclusion says so", any("ESTABLISHED" in line for line in document["conclusions"]), document["conclusions"])
