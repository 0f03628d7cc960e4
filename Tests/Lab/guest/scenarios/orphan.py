"""An entry for a service's VIP and port without a connection, and a connection without an entry."""

from director import CLIENTS, VIP
from traffic import Web


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    Web(hosts, [(hosts.servers[0], VIP)], 80).visit(CLIENTS[0], (VIP, 80))
    for port in (80, 8080):  # there is no service on the second
        words = f"-I -p tcp -s 10.0.0.11 -d 10.0.0.100 --sport 5555 --dport {port} --state SYN_SENT -t 600"
        hosts.director.run("conntrack", *words.split())
        hosts.note(f"conntrack {words}")


def reality(peers, report):
    report.equal("conntrack has two entries", [80, 8080], sorted(entry.original[3] for entry in peers.entries))
    report.equal("one is for the service", 1, len(peers.orphans()))
    report.equal("IPVS's connection has no entry", ["absent"], [peers.verdict_of(one) for one in peers.connections])


def beyond(hosts, subject, live, report):
    orphans = [(flow["client"], flow["virtual"]) for flow in live["flows"] if flow["verdict"] == "orphan"]
    wanted = [({"address": "10.0.0.11", "port": 5555}, {"address": VIP, "port": 80})]
    report.equal("the orphan's client and VIP come from its entry", wanted, orphans)
