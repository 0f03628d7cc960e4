"""NAT whose entries have a mark and a conntrack zone."""

from director import CLIENTS, SERVERS, VIP
from traffic import Web


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(1)
    hosts.answer_through_director()
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.director.run("iptables", "-t", "raw", "-A", "PREROUTING", "-j", "CT", "--zone", "3")
    hosts.director.run("iptables", "-t", "mangle", "-A", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "CONNMARK", "--set-mark", "42")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -m")
    Web(hosts, [(hosts.servers[0], SERVERS[0])], 80).visit(CLIENTS[0], (VIP, 80))


def reality(peers, report):
    report.equal("conntrack has one entry, with zone 3 and mark 42", [(3, 42)], [(entry.zone, entry.mark) for entry in peers.entries])
    report.equal("it belongs to IPVS's connection", ["tracked"], [peers.verdict_of(one) for one in peers.connections])
