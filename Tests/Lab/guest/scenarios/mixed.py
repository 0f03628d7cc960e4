"""One director with everything: DR, TUN, NAT, UDP, IPv6, a mark, persistence, a shared real server, an orphan.

net.ipv4.vs.conntrack is 0 for the first connections and 1 for the later ones. IPVS keeps for each connection what
held when it was made (IP_VS_CONN_F_NFCT, ip_vs_conn.c), so absent, unreplied and tracked stand side by side.
"""

from columns import judge_listings
from director import CLIENTS, CLIENTS6, SERVERS, VIP, VIP2, VIP6
from traffic import Datagrams, Web

ON_EACH_KERNEL = True
FIXTURE = True
PORTS = ("tcp --dport 80", "tcp --dport 443", "tcp --dport 8080", "udp --dport 53")


def play(hosts):
    hosts.vip(VIP, VIP2, VIP6)
    hosts.tunnels()
    hosts.answer_through_director()
    hosts.ufw(*(f"-p {port} -j ACCEPT" for port in PORTS))
    hosts.mark("-d 10.0.0.101 -p tcp --dport 443", 7)
    # A UDP entry would expire after 30 s, and a slow machine may take longer.
    hosts.director.sysctl({"net.netfilter.nf_conntrack_udp_timeout": 600})
    hosts.note("sysctl net.netfilter.nf_conntrack_udp_timeout=600")
    _services(hosts)
    places = [(server, address) for server in hosts.servers for address in (VIP, VIP2, VIP6)]
    web, secure, names = Web(hosts, places, 80), Web(hosts, places, 443), Datagrams(hosts, places, 53)
    behind = Web(hosts, list(zip(hosts.servers, SERVERS)), 8080)
    hosts.vs_conntrack(0)
    web.visit(CLIENTS[0], (VIP, 80))
    web.visit(CLIENTS[0], (VIP2, 80))
    web.visit(CLIENTS6[0], (VIP6, 80))
    secure.visit(CLIENTS[0], (VIP, 443))
    secure.visit(CLIENTS[1], (VIP2, 443))
    names.ask(CLIENTS[1], (VIP, 53))
    hosts.vs_conntrack(1)
    behind.visit(CLIENTS[0], (VIP2, 8080))
    behind.visit(CLIENTS[2], (VIP2, 8080))
    names.ask(CLIENTS[2], (VIP, 53))
    web.knock(CLIENTS[1], (VIP, 80))
    web.knock(CLIENTS6[1], (VIP6, 80))
    secure.knock(CLIENTS[2], (VIP2, 443))
    words = "-I -p tcp -s 10.0.0.11 -d 10.0.0.100 --sport 5555 --dport 80 --state SYN_SENT -t 600"
    hosts.director.run("conntrack", *words.split())
    hosts.note(f"conntrack {words}")


def _services(hosts):
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 3")
    hosts.ipvs("-A -t 10.0.0.101:80 -s rr", "-a -t 10.0.0.101:80 -r 10.0.0.3:80 -i")
    hosts.ipvs("-A -t 10.0.0.101:8080 -s rr", "-a -t 10.0.0.101:8080 -r 10.0.0.3:8080 -m", "-a -t 10.0.0.101:8080 -r 10.0.0.4:8080 -m")
    hosts.ipvs("-A -t [2001:db8::100]:80 -s rr", "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g")
    hosts.ipvs("-a -t [2001:db8::100]:80 -r [2001:db8::4]:80 -g")
    hosts.ipvs("-A -t 10.0.0.100:443 -s rr -p 300", "-a -t 10.0.0.100:443 -r 10.0.0.3:443 -g")
    hosts.ipvs("-A -u 10.0.0.100:53 -s rr", "-a -u 10.0.0.100:53 -r 10.0.0.3:53 -g")
    hosts.ipvs("-A -f 7 -s rr", "-a -f 7 -r 10.0.0.4:0 -g")


def reality(peers, report):
    found = sorted(peers.verdict_of(one) for one in peers.connections)
    report.equal("absent, tracked and unreplied side by side", ["absent"] * 6 + ["tracked"] * 2 + ["unreplied"] * 4, found)
    report.equal("one template, one orphan", (1, 1), (len(peers.templates), len(peers.orphans())))
    tracked = {peers.method_of(one) for one in peers.connections if peers.verdict_of(one) == "tracked"}
    report.equal("only NAT is tracked", {"nat"}, tracked)


def beyond(hosts, subject, live, report):
    judge_listings(hosts, subject, report)
