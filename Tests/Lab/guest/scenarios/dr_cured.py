"""DR behind a filter that accepts the FIN which DR makes INVALID: IPVS sees connections close."""

from director import CLIENTS, VIP
from traffic import Web


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g")
    web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
    web.visit(CLIENTS[0], (VIP, 80))
    web.visit(CLIENTS[1], (VIP, 80))
    closed = web.visit(CLIENTS[2], (VIP, 80))
    web.leave(closed)
    web.was_told(closed)


def reality(peers, report):
    states = sorted(one.state for one in peers.connections)
    report.equal("IPVS has two open connections and a closed one", ["ESTABLISHED", "ESTABLISHED", "FIN_WAIT"], states)
    report.equal("conntrack has no entries", [], peers.entries)
