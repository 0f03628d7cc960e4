"""IPv6 DR with net.ipv4.vs.conntrack=0: the same as IPv4."""

from director import CLIENTS6, VIP6
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP6)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs(
        "-A -t [2001:db8::100]:80 -s rr", "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g",
        "-a -t [2001:db8::100]:80 -r [2001:db8::4]:80 -g",
    )
    web = Web(hosts, [(server, VIP6) for server in hosts.servers], 80)
    for client in CLIENTS6:
        web.visit(client, (VIP6, 80))


def reality(peers, report):
    report.equal("IPVS has three IPv6 connections", [(VIP6, "ESTABLISHED")] * 3, [(one.virtual[0], one.state) for one in peers.connections])
    report.equal("conntrack has no entry for them", ["absent"] * 3, [peers.verdict_of(one) for one in peers.connections])
