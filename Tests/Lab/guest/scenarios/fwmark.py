"""Services by firewall mark, IPv4 and IPv6: a connection's VIP and port do not identify its service."""

from director import CLIENTS, CLIENTS6, VIP, VIP6
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP, VIP6)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.mark("-d 10.0.0.100 -p tcp --dport 80", 7)
    hosts.mark("-d 2001:db8::100 -p tcp --dport 80", 8)
    hosts.ipvs("-A -f 7 -s rr", "-a -f 7 -r 10.0.0.3:0 -g", "-a -f 7 -r 10.0.0.4:0 -g")
    hosts.ipvs("-A -f 8 -6 -s rr", "-a -f 8 -6 -r [2001:db8::3]:0 -g")
    web = Web(hosts, [(server, virtual) for server in hosts.servers for virtual in (VIP, VIP6)], 80)
    for client in CLIENTS:
        web.visit(client, (VIP, 80))
    web.visit(CLIENTS6[0], (VIP6, 80))


def reality(peers, report):
    report.equal("the services are marks", [7, 8], sorted(service.fwmark for service in peers.services))
    virtuals = sorted(one.virtual for one in peers.connections)
    report.equal("their connections have the VIP and port of the packets", [(VIP, 80)] * 3 + [(VIP6, 80)], virtuals)
    report.equal("conntrack has no TCP entry", [], [entry for entry in peers.entries if entry.protocol == "tcp"])


def beyond(hosts, subject, live, report):
    marks = sorted((flow["virtual"]["address"], flow["service"] and flow["service"]["fwmark"]) for flow in live["flows"])
    report.equal("each flow belongs to its mark's service", [(VIP, 7)] * 3 + [(VIP6, 8)], marks)
