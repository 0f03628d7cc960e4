"""observe on NAT with net.ipv4.vs.conntrack=1: the answers come back through FORWARD, and everything is tracked.

Before, answers that no connection of IPVS knows: IPVS drops them behind the filter, and no rule is blamed.
"""

import re
import socket
import struct

from director import CLIENTS, SERVERS
from observing import Watch, judge, losses, observe
from screen import wait_for
from story import WebStory

ON_EACH_KERNEL = True
STRAY = 3


def conduct(hosts, subject, report):
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    story = WebStory(hosts, method="nat")
    _judge_stray(hosts, subject, report)
    seen = observe(hosts, subject, story)
    report.equal("the answers are ESTABLISHED", {"ESTABLISHED"}, seen.states("forward"))
    report.equal("nothing is dropped", {}, seen.dropped)
    judge(report, seen)


def _judge_stray(hosts, subject, report):
    """With nat_icmp_send IPVS answers them with port unreachable (ip_vs_out_hook), which the host counts."""
    hosts.director.sysctl({"net.ipv4.vs.nat_icmp_send": 1})
    watch = Watch(hosts, subject) if subject else None
    before = _unreachable(hosts)
    segment = struct.pack("!HHIIBBHHH", 8080, 40000, 1, 1, 5 << 4, 0x10, 1000, 0, 0)
    with hosts.servers[0].inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as sender:
        sender.bind((SERVERS[0], 0))
        for _ in range(STRAY):
            sender.sendto(segment, (CLIENTS[0], 0))
    report.check("IPVS rejects answers that it does not know", wait_for(lambda: _unreachable(hosts) == before + STRAY), _unreachable(hosts))
    if watch is None:
        return
    document = watch.end()
    lost = losses(document)
    report.equal("they are lost in IPVS", {("ipvs", "ack"): STRAY}, {key[:2]: packets for key, packets in lost.items()})
    found = {one["id"]: one["evidence"]["lost"] for one in document["findings"] if one["severity"] != "info"}
    report.equal("and that is what is found", {"answers-lost-in-ipvs": STRAY}, found)


def _unreachable(hosts):
    text = hosts.director.run("nstat", "-asz", "IcmpOutDestUnreachs").stdout
    return int(re.search(r"IcmpOutDestUnreachs\s+(\d+)", text)[1])
