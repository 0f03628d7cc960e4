"""NAT with net.ipv4.vs.conntrack=1: both directions pass the director, and the entry's reply tuple has the real server."""

from director import CLIENTS, SERVERS, VIP
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(1)
    hosts.answer_through_director()
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:8080 -m", "-a -t 10.0.0.100:80 -r 10.0.0.4:8080 -m")
    web = Web(hosts, list(zip(hosts.servers, SERVERS)), 8080)
    for client in CLIENTS:
        web.visit(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has three connections", ["ESTABLISHED"] * 3, [one.state for one in peers.connections])
    report.equal("conntrack has an entry for each, replied", ["tracked"] * 3, [peers.verdict_of(one) for one in peers.connections])
    replies = [(peers.entry_of(one).reply[0], peers.entry_of(one).reply[2]) for one in peers.connections]
    report.equal("their reply tuples have the real servers", [one.destination for one in peers.connections], replies)
