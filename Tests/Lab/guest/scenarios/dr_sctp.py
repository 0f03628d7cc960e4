"""SCTP DR with net.ipv4.vs.conntrack=0: its states are named as the kernel names them, whichever way they are read."""

from director import CLIENTS, VIP
from screen import wait_for
from traffic import send_init


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A --sctp-service 10.0.0.100:80 -s rr", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.4:80 -g")
    for number, client in enumerate(CLIENTS):
        send_init(hosts.client, (client, 1000 + number), (VIP, 80))
    wait_for(lambda: hosts.director.run("ipvsadm", "-Lcn").stdout.count("SCTP") == len(CLIENTS))


def reality(peers, report):
    report.equal("IPVS has an SCTP connection of each client", ["sctp"] * len(CLIENTS), [one.protocol for one in peers.connections])
    report.check("in a state of SCTP", all(one.state not in ("NONE", "ERR!") for one in peers.connections), [one.state for one in peers.connections])
    report.equal("conntrack has no entries", [], peers.entries)
