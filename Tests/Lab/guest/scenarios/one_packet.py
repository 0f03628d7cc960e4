"""One-packet scheduling (ipvsadm -o): the service answers, and has no connections to show."""

from director import CLIENTS, VIP
from traffic import Datagrams


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p udp --dport 53 -j ACCEPT")
    hosts.ipvs("-A -u 10.0.0.100:53 -s rr -o", "-a -u 10.0.0.100:53 -r 10.0.0.3:53 -g", "-a -u 10.0.0.100:53 -r 10.0.0.4:53 -g")
    names = Datagrams(hosts, [(server, VIP) for server in hosts.servers], 53)
    for client in CLIENTS:
        names.ask(client, (VIP, 53))


def reality(peers, report):
    report.equal("the service is one-packet scheduled", ["ops"], [service.flags for service in peers.services])
    report.equal("IPVS has no connection", [], peers.connections)
    report.equal("conntrack has no entries", [], peers.entries)


def beyond(hosts, subject, live, report):
    services = [(one["address"], one["port"], one["connections"]) for one in live["services"]]
    report.equal("the service is listed, without flows", ([(VIP, 53, 0)], []), (services, live["flows"]))
