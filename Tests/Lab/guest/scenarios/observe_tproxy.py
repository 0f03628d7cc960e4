"""TPROXY on a director: IPVS takes a service's packets all the same; without a service the proxy has them; without the proxy they are dropped.

TPROXY gives packets a socket and leaves their addresses and ports as they are; where nobody listens, it drops them (net/netfilter/xt_TPROXY.c,
tproxy_tg4). IPVS comes before the socket, and finds its service.
"""

import socket

from counters import ENTERING, End
from director import CLIENTS, VIP
from observing import judge, losses, observe
from story import PATIENCE, WebStory
from traffic import Web

PORT = 8080
RULE = f"PREROUTING -d {VIP} -p tcp --dport 80 -j TPROXY --on-port {PORT} --tproxy-mark 1"


class ProxiedStory(WebStory):
    """The same traffic on a director that has no service: a proxy listens at a port of its own."""

    def __init__(self, hosts):
        self.hosts, self.virtual, self.reach, self.clients = hosts, (VIP, 80), "page", CLIENTS
        self.web = Web(hosts, [(hosts.director, "0.0.0.0")], PORT)
        for listener in self.web.listeners:
            listener.setsockopt(socket.SOL_IP, socket.IP_TRANSPARENT, 1)
        self.ends = [End(ENTERING, "tcp", VIP, 80)]

    def leave(self):
        for listener in self.web.listeners:
            listener.close()


class VainStory(ProxiedStory):
    """Nobody listens."""

    def __init__(self, before):
        self.hosts, self.virtual, self.clients, self.web, self.ends = before.hosts, before.virtual, before.clients, before.web, before.ends

    def tell(self):
        self.web.knock_in_vain(self.clients[0], self.virtual, PATIENCE)


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    balanced, proxied = WebStory(hosts), ProxiedStory(hosts)
    hosts.director.run("iptables", "-t", "mangle", "-A", *RULE.split())
    hosts.note(f"iptables -t mangle -A {RULE}")
    seen = observe(hosts, subject, balanced)
    report.equal("the service's packets meet the rule, but for the ICMP error", seen.total("pre_routing") - seen.total("pre_routing", "icmp_error"), _met(hosts))
    report.equal("and all of them leave for the real server", seen.total("pre_routing"), seen.total("post_routing"))
    judge(report, seen)
    hosts.director.run("ipvsadm", "-C")
    seen = _again(hosts, subject, proxied)
    report.check("the proxy has every packet", seen.total("pre_routing") and seen.total("pre_routing") == seen.total("local_in_passed"), seen.counts)
    judge(report, seen)
    for document in seen.documents:
        report.equal("nothing is said to be lost", [[]], [one["dropped"] for one in document["services"]])
        delivered = sum(cell["packets"] for one in document["services"] for cell in one["packets"] if cell["point"] == "delivered")
        report.equal("they are delivered", seen.total("local_in_passed"), delivered)
    proxied.leave()
    met = _met(hosts)
    seen = _again(hosts, subject, VainStory(proxied))
    met = _met(hosts) - met
    report.check("without the proxy SYNs arrive, and get no further", seen.total("pre_routing", "syn") and not seen.total("local_in"), seen.counts)
    for document in seen.documents:
        report.equal("the rule is said to drop as many as it met", {("pre_routing", "syn", "NEW"): met}, losses(document))
        chains = [(one["table"], one["chain"]) for one in document["blame"]]
        report.equal("and it is named", [("mangle", "PREROUTING")], chains)
    if not seen.documents:
        report.skip("what ct-inspect says (--peers-only)")


def _again(hosts, subject, story):
    """Once more, with counters of its own."""
    hosts.switch.ip("link set bridge0 up")
    for table in ("mangle", "security"):
        for command in ("-F", "-X"):
            hosts.director.run("iptables-legacy", "-t", table, command)
    return observe(hosts, subject, story, "--vip", f"{VIP}:80")


def _met(hosts):
    """The packets that the rule has counted."""
    listing = hosts.director.run("iptables", "-t", "mangle", "-vnxL", "PREROUTING").stdout
    [row] = [line.split() for line in listing.splitlines() if "TPROXY" in line]
    return int(row[0])
