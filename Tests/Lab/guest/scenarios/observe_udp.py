"""observe on UDP, scheduled by flow and by packet (ipvsadm -o): each datagram is NEW."""

from observing import judge, observe
from story import NamesStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p udp --dport 53:54 -j ACCEPT")
    seen = observe(hosts, subject, NamesStory(hosts))
    report.equal("eight datagrams pass, all NEW", (8, 0), (seen.counts["local_in_passed", "udp", "NEW"][0], seen.total("local_in", "udp") - 8))
    judge(report, seen)
    for document in seen.documents:
        each = {one["port"]: sum(cell["packets"] for cell in one["packets"] if cell["point"] == "local_in" and cell["class"] == "udp")
                for one in document["services"]}
        report.equal("four belong to each service", {53: 4, 54: 4}, each)
