"""observe on TUN: packets leave as IPIP to the real server."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, method="tun"))
    report.check("packets leave through a tunnel", seen.total("post_routing", "other") > 0, seen.counts)
    report.equal("FIN, RST and ICMP errors are dropped", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    judge(report, seen)
