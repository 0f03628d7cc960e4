"""Two services with the same real server and port, one DR and one TUN: each connection has its own service's method."""

from director import CLIENTS, VIP, VIP2
from traffic import Web


def play(hosts):
    hosts.vip(VIP, VIP2)
    hosts.tunnels()
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.ipvs("-A -t 10.0.0.101:80 -s rr", "-a -t 10.0.0.101:80 -r 10.0.0.3:80 -i")
    web = Web(hosts, [(hosts.servers[0], VIP), (hosts.servers[0], VIP2)], 80)
    for virtual in (VIP, VIP2):
        # The same client port on purpose: only the VIP distinguishes the two connections.
        web.visit(CLIENTS[0], (virtual, 80), port=40000)


def reality(peers, report):
    found = sorted((one.virtual, one.destination, peers.method_of(one)) for one in peers.connections)
    report.equal("one real server, two methods", [((VIP, 80), ("10.0.0.3", 80), "dr"), ((VIP2, 80), ("10.0.0.3", 80), "tun")], found)
    report.equal("conntrack has no TCP entry", [], [entry for entry in peers.entries if entry.protocol == "tcp"])
