"""A namespace without IPVS services, but with an entry of its own: no services or flows are invented."""

from director import CLIENTS, DIRECTOR
from traffic import Web


def play(hosts):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    Web(hosts, [(hosts.director, DIRECTOR)], 80).visit(CLIENTS[0], (DIRECTOR, 80))


def reality(peers, report):
    report.equal("IPVS has no service and no connection", ([], []), (peers.services, peers.connections))
    report.equal("conntrack has one entry, ESTABLISHED", ["ESTABLISHED"], [entry.state for entry in peers.entries])


def beyond(hosts, subject, live, report):
    report.equal("no services and no flows", ([], []), (live["services"], live["flows"]))
