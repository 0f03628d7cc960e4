"""Destinations that are the director itself: by DR, as ipvsadm adds them, and by the forward method Local.

Current kernels decide for each packet whether it stays local (ip_vs_xmit.c, ip_vs_send_or_cont), and leave the
configured method alone: ipvsadm shows Route. Local is only shown if the method itself is IP_VS_CONN_F_LOCALNODE,
for which ipvsadm has no option.
"""

import socket
import struct

from director import CLIENTS, VIP, VIP2
from traffic import Web

IP_VS_SO_SET_ADDDEST = 64 + 1024 + 64 + 7  # linux/ip_vs.h
IP_VS_CONN_F_LOCALNODE = 1


def play(hosts):
    hosts.vip(VIP, VIP2)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.2:80 -g", "-A -t 10.0.0.101:80 -s rr")
    _add_local_destination(hosts.director, VIP2, "10.0.0.2")
    web = Web(hosts, [(hosts.director, VIP), (hosts.director, VIP2)], 80)
    for virtual in (VIP, VIP2):
        web.visit(CLIENTS[0], (virtual, 80))


def _add_local_destination(director, virtual, address):
    """struct ip_vs_service_user, then struct ip_vs_dest_user, both with the port 80."""
    port = struct.pack("!H", 80)
    service = struct.pack("=H2x4s2s2xI16sIII", socket.IPPROTO_TCP, socket.inet_aton(virtual), port, 0, b"rr", 0, 0, 0)
    destination = struct.pack("=4s2s2xIiII", socket.inet_aton(address), port, IP_VS_CONN_F_LOCALNODE, 1, 0, 0)
    with director.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.setsockopt(socket.IPPROTO_IP, IP_VS_SO_SET_ADDDEST, service + destination)


def reality(peers, report):
    methods = sorted((one.virtual[0], peers.method_of(one)) for one in peers.connections)
    report.equal("ipvsadm shows one connection with Route and one with Local", [(VIP, "dr"), (VIP2, "local")], methods)
    report.equal("conntrack has no entries", [], peers.entries)
