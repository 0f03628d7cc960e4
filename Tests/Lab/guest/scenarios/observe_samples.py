"""observe --samples 2: packets of each class and ctstate, as they were sent."""

from collections import Counter

from director import CLIENTS, VIP
from observing import judge, observe
from story import WebStory

FLAGS = {"syn": {"SYN"}, "ack": {"ACK"}, "fin": {"FIN", "ACK"}, "rst": {"RST", "ACK"}}


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts), "--samples", "2")
    judge(report, seen)
    for document in seen.documents:
        samples = document["samples"]
        wanted = {key[1:]: min(2, value[0]) for key, value in seen.counts.items() if key[0] == "pre_routing"}
        report.equal("two of each class and ctstate, or fewer if there were no more", wanted, Counter((one["class"], one["ctstate"]) for one in samples))
        strangers = [one for one in samples if one["source"]["address"] not in CLIENTS or one["destination"]["address"] != VIP]
        report.equal("from a client to the VIP", [], strangers)
        segments = [one for one in samples if one["protocol"] == "tcp"]
        wrong = [one for one in segments if set(one["tcp_flags"]) - {"PSH"} != FLAGS[one["class"]] or one["destination"]["port"] != 80]
        report.equal("with the flags of their class", [], wrong)
        about = [one["embedded"]["source"] for one in samples if one["class"] == "icmp_error"]
        report.equal("the ICMP error is about a packet of the service", [{"address": VIP, "port": 80}], about)
