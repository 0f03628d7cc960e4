"""IPv6 DR with net.ipv4.vs.conntrack=1: despite its name, the sysctl applies to IPv6 too, and the entries stay unreplied."""

from director import CLIENTS6, VIP6
from traffic import Web


def play(hosts):
    hosts.vip(VIP6)
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t [2001:db8::100]:80 -s rr", "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP6)], 80)
    for client in CLIENTS6[:2]:
        web.knock(client, (VIP6, 80))


def reality(peers, report):
    report.equal("IPVS has two IPv6 connections in SYN_RECV", ["SYN_RECV"] * 2, [one.state for one in peers.connections])
    report.equal("conntrack has an unreplied entry for each", ["unreplied"] * 2, [peers.verdict_of(one) for one in peers.connections])
