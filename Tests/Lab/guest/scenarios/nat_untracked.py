"""NAT with net.ipv4.vs.conntrack=0: IPVS translates by itself, without conntrack."""

from director import CLIENTS, SERVERS, VIP
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.answer_through_director()
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -m")
    web = Web(hosts, [(hosts.servers[0], SERVERS[0])], 80)
    for client in CLIENTS[:2]:
        web.visit(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has two connections", ["ESTABLISHED"] * 2, [one.state for one in peers.connections])
    report.equal("it masquerades", ["nat"] * 2, [peers.method_of(one) for one in peers.connections])
    report.equal("conntrack has no entries", [], peers.entries)
