"""Persistent services, by VIP and by mark: IPVS lists a template for each client along with the connections.

A template has client port 0; a mark's template has the mark in place of a VIP (ip_vs_core.c, ip_vs_sched_persist).
"""

from director import CLIENTS, VIP, VIP2
from traffic import Web

ON_EACH_KERNEL = True


def play(hosts):
    hosts.vip(VIP, VIP2)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.mark("-d 10.0.0.101 -p tcp --dport 80", 9)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr -p 300", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g")
    hosts.ipvs("-A -f 9 -s rr -p 600", "-a -f 9 -r 10.0.0.3:0 -g")
    web = Web(hosts, [(server, virtual) for server in hosts.servers for virtual in (VIP, VIP2)], 80)
    for client in (CLIENTS[0], CLIENTS[0], CLIENTS[1]):
        web.visit(client, (VIP, 80))
    web.visit(CLIENTS[2], (VIP2, 80))


def reality(peers, report):
    report.equal("IPVS has four connections", ["ESTABLISHED"] * 4, [one.state for one in peers.connections])
    report.equal(
        "and three templates, one of them by mark",
        [("ip", CLIENTS[2]), ("tcp", CLIENTS[0]), ("tcp", CLIENTS[1])],
        sorted((one.protocol, one.client[0]) for one in peers.templates),
    )
    report.equal("conntrack has no entries", [], peers.entries)


def beyond(hosts, subject, live, report):
    services = {(one["client"]["address"]): one["service"] and one["service"]["fwmark"] for one in live["templates"]}
    report.equal("each template belongs to its service", {CLIENTS[0]: None, CLIENTS[1]: None, CLIENTS[2]: 9}, services)
    report.equal("no template is a flow", [], [flow for flow in live["flows"] if flow["client"]["port"] == 0])
