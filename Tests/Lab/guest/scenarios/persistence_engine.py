"""Persistence by SIP Call-ID: the template's row in /proc/net/ip_vs_conn continues with the engine's name and data."""

from director import CLIENTS, VIP
from traffic import Datagrams

INVITE = b"INVITE sip:b@example.net SIP/2.0\r\nCall-ID: a84b4c76e66710@example.org\r\nContent-Length: 0\r\n\r\n"


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p udp --dport 5060 -j ACCEPT")
    hosts.ipvs("-A -u 10.0.0.100:5060 -s rr -p 120 --pe sip", "-a -u 10.0.0.100:5060 -r 10.0.0.3:5060 -g")
    Datagrams(hosts, [(hosts.servers[0], VIP)], 5060).ask(CLIENTS[0], (VIP, 5060), question=INVITE)


def reality(peers, report):
    rows = peers.texts["proc-net-ip_vs_conn.txt"].splitlines()
    report.equal("one connection, one template", (1, 1), (len(peers.connections), len(peers.templates)))
    report.check("a row has the Call-ID", any("a84b4c76e66710" in row for row in rows), rows)
    report.equal("conntrack has no entries", [], peers.entries)
