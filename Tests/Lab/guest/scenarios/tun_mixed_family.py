"""TUN from an IPv4 VIP to an IPv6 real server: a row of /proc/net/ip_vs_conn has addresses of both families."""

from director import CLIENTS, DIRECTOR6, SERVERS6, VIP
from namespace import command
from traffic import Web


def play(hosts):
    command("modprobe", "-d", "/run/kernel", "ip6_tunnel")
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    # ip6tnl0, which comes with the module, only decapsulates IPv6 (ip6_tunnel.c, ip6_fb_tnl_dev_init).
    words = f"link add tunnel0 type ip6tnl mode ipip6 local {SERVERS6[0]} remote {DIRECTOR6}"
    hosts.servers[0].ip(words, "link set tunnel0 up")
    hosts.servers[0].sysctl({"net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.tunnel0.rp_filter": 0})
    hosts.note(f"real server: ip {words}; rp_filter off")
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r [2001:db8::3]:80 -i")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    for client in CLIENTS[:2]:
        web.visit(client, (VIP, 80))


def reality(peers, report):
    found = [(one.virtual, one.destination, peers.method_of(one)) for one in peers.connections]
    report.equal("the VIP is IPv4, the real server IPv6", [((VIP, 80), ("2001:db8::3", 80), "tun")] * 2, found)
    report.equal("conntrack has no TCP entry", [], [entry for entry in peers.entries if entry.protocol == "tcp"])
