"""observe on a service by firewall mark: packets are counted by their mark, including ICMP errors."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, mark=7))
    report.equal("FIN, RST and ICMP errors are dropped", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    judge(report, seen)
    for document in seen.documents:
        report.equal("the service is the mark", [7], [one["fwmark"] for one in document["services"]])
