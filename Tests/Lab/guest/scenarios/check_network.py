"""The network around a director: in order, then with one thing wrong after another, each of which loses packets as check says."""

import contextlib
import socket
import subprocess
import time

from checking import Judge
from director import CLIENTS, SERVERS, SERVERS6, VIP, VIP2, VIP6
from traffic import Web

NETWORK = "vip-missing-director,arp-director,rp-filter,dr-not-onlink,rs-unroutable,rs-neigh-failed,send-redirects,pmtu-tun,rp-ipv6"
NOBODY_THERE, FAR, STRANGER, STRANGER6 = "10.0.0.99", "198.51.100.9", "203.0.113.5", "2001:db9::5"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    web.visit(CLIENTS[0], (VIP, 80))
    judge = Judge(hosts, subject, report, NETWORK)
    judge.found("in order", {})
    for part in (_missing, _arp, _silent, _gateway, _unroutable, _tunnel, _redirects, _reverse_path, _reverse_path6):
        part(hosts, judge)
    judge.found("in order again", {})


def _packets(hosts, service):
    """Packets to a service that IPVS has counted: it adds them up every two seconds."""
    time.sleep(2.5)
    lines = hosts.director.run("ipvsadm", "-Ln", "--stats", "--exact", *service.split()).stdout.splitlines()
    return int(next(line.split()[3] for line in lines if line.startswith("TCP")))


def _knock(host, virtual, port=80):
    """Sends a SYN, and waits a moment for whatever comes of it."""
    with host.inside(), socket.socket() as made:
        made.settimeout(0.7)
        made.connect_ex((virtual, port))


def _missing(hosts, judge):
    hosts.client.ip(f"route add {VIP2} via 10.0.0.2")
    hosts.ipvs(f"-A -t {VIP2}:80 -s rr", f"-a -t {VIP2}:80 -r {SERVERS[0]}:80 -g")
    _knock(hosts.client, VIP2)
    judge.report.equal("IPVS gets no packet for a VIP that is not here", 0, _packets(hosts, f"-t {VIP2}:80"))
    judge.found("a VIP is missing", {"vip-missing-director": "error"})
    hosts.director.ip(f"addr add {VIP2}/32 dev eth0")
    _knock(hosts.client, VIP2)
    judge.report.check("but once it is", _packets(hosts, f"-t {VIP2}:80") > 0)
    judge.found("it is here", {})
    hosts.director.ip(f"addr del {VIP2}/32 dev eth0")
    # A backup is not meant to have it.
    hosts.ipvs("--start-daemon backup --mcast-interface eth0")
    judge.found("a VIP is missing on a backup", {"vip-missing-director": "info"})
    hosts.ipvs("--stop-daemon backup", f"-D -t {VIP2}:80")
    hosts.client.ip(f"route del {VIP2}")


def _arp(hosts, judge):
    def answers():
        hosts.client.ip("neigh flush all")
        _knock(hosts.client, VIP)
        shown = hosts.client.run("ip", "neigh", "show", VIP).stdout
        return "lladdr" in shown

    hosts.director.ip(f"addr del {VIP}/32 dev eth0", f"addr add {VIP}/32 dev lo")
    judge.report.check("a VIP on lo is answered for", answers())
    judge.found("a VIP on lo", {})
    hosts.director.sysctl({"net.ipv4.conf.eth0.arp_ignore": 1})
    judge.report.check("with arp_ignore=1 it is not", not answers())
    judge.found("a VIP that nobody answers for", {"arp-director": "error"})
    hosts.director.sysctl({"net.ipv4.conf.eth0.arp_ignore": 0})
    hosts.director.ip(f"addr del {VIP}/32 dev lo", f"addr add {VIP}/32 dev eth0")
    hosts.client.ip("neigh flush all")


def _silent(hosts, judge):
    hosts.ipvs(f"-a -t 10.0.0.100:80 -r {NOBODY_THERE}:80 -g")
    _knock(hosts.director, NOBODY_THERE)
    for _ in range(100):
        if "FAILED" in hosts.director.run("ip", "neigh", "show", NOBODY_THERE).stdout:
            break
        time.sleep(0.2)
    judge.found("a real server that is not there", {"rs-neigh-failed": "error"})
    hosts.ipvs(f"-d -t 10.0.0.100:80 -r {NOBODY_THERE}:80")


def _gateway(hosts, judge):
    """The gateway gets the packet, sends it back to the VIP, and so on."""
    hosts.client.sysctl({"net.ipv4.ip_forward": 1, "net.ipv4.conf.all.send_redirects": 0, "net.ipv4.conf.eth0.send_redirects": 0})
    hosts.director.ip(f"route add default via {CLIENTS[1]}")
    hosts.ipvs("-A -t 10.0.0.100:81 -s rr", f"-a -t 10.0.0.100:81 -r {FAR}:81 -g")
    # The gateway would not forward what comes from its own address.
    hosts.switch.ip("addr add 10.0.0.50/24 dev bridge0")
    _knock(hosts.switch, VIP, 81)
    forwarded = _counter(hosts.client, "snmp", "Ip", "ForwDatagrams")
    judge.report.check("a SYN to a DR real server behind a gateway comes back again and again", forwarded > 10, forwarded)
    hosts.switch.ip("addr del 10.0.0.50/24 dev bridge0")
    judge.found("DR by the default gateway", {"dr-not-onlink": "error"})
    hosts.director.ip(f"route add {FAR} via {CLIENTS[1]}")
    judge.found("DR by a gateway of its own", {"dr-not-onlink": "warning"})
    hosts.director.ip(f"route del {FAR}", "route del default")


def _unroutable(hosts, judge):
    judge.found("no route", {"rs-unroutable": "error"})
    hosts.director.ip(f"route add blackhole {FAR}")
    judge.found("a route that lets nothing pass", {"rs-unroutable": "error"})
    hosts.director.ip(f"route del blackhole {FAR}")
    hosts.ipvs("-D -t 10.0.0.100:81")


def _tunnel(hosts, judge):
    hosts.ipvs("-A -t 10.0.0.100:82 -s rr", f"-a -t 10.0.0.100:82 -r {SERVERS[0]}:82 -i")
    judge.found("TUN", {"pmtu-tun": "info"})
    hosts.ipvs("-D -t 10.0.0.100:82")


def _redirects(hosts, judge):
    """Real servers that are told to go past the director do so."""
    hosts.answer_through_director()
    hosts.ipvs("-A -t 10.0.0.100:83 -s rr", f"-a -t 10.0.0.100:83 -r {SERVERS[0]}:83 -m")
    judge.found("NAT on one link", {})
    _knock(hosts.client, VIP, 83)
    before = _counter(hosts.servers[0], "snmp", "Icmp", "InRedirects")
    judge.report.equal("the real server gets no redirect", 0, before)
    hosts.director.sysctl({"net.ipv4.conf.eth0.send_redirects": 1})
    _knock(hosts.client, VIP, 83)
    judge.report.check("now it does", _counter(hosts.servers[0], "snmp", "Icmp", "InRedirects") > 0)
    judge.found("NAT on one link, with redirects", {"send-redirects": "warning"})
    hosts.director.sysctl({"net.ipv4.conf.eth0.send_redirects": 0})
    hosts.ipvs("-D -t 10.0.0.100:83")


def _counter(host, file, group, name):
    names, values = [line.split() for line in host.read(f"/proc/net/{file}").splitlines() if line.startswith(f"{group}:")]
    return int(values[names.index(name)])


@contextlib.contextmanager
def _sending(host, source):
    """Datagrams from an address to the VIP."""
    code = (
        "import socket, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"s.bind(('{source}', 0))\nwhile True:\n    s.sendto(b'x', ('{VIP}', 9))\n    time.sleep(0.02)"
    )
    with host.inside():
        sender = subprocess.Popen(["python3", "-c", code])
    try:
        yield
    finally:
        sender.kill()
        sender.wait()


def _reverse_path(hosts, judge):
    def dropped():
        return _counter(hosts.director, "netstat", "TcpExt", "IPReversePathFilter")

    hosts.director.sysctl({"net.ipv4.conf.eth0.rp_filter": 1})
    judge.found("strict, and nothing of it", {}, "--for", "1s")
    hosts.client.ip(f"addr add {STRANGER}/32 dev lo")
    before = dropped()
    with _sending(hosts.client, STRANGER):
        for _ in range(100):
            if dropped() > before:
                break
            time.sleep(0.2)
        judge.report.check("the kernel drops them", dropped() > before)
        found = judge.found("strict, and clients from elsewhere", {"rp-filter": "error"}, "--for", "2s")
    if found:
        evidence = found["rp-filter"]["evidence"]
        judge.report.check("check counted some of them", 0 < evidence["dropped"] <= dropped() - before, evidence)
    hosts.client.ip(f"addr del {STRANGER}/32 dev lo")
    hosts.director.sysctl({"net.ipv4.conf.eth0.rp_filter": 0})


def _reverse_path6(hosts, judge):
    """firewalld's rule for strict reverse paths, while clients come by another interface than the default route's."""

    def dropped():
        return int(hosts.director.run("nft", "list", "chain", "inet", "t", "c").stdout.split("packets")[1].split()[0])

    hosts.vip_of_director(VIP6)
    hosts.ipvs(f"-A -t [{VIP6}]:80 -s rr", f"-a -t [{VIP6}]:80 -r [{SERVERS6[0]}]:80 -g")
    hosts.director.ip("link add other0 type veth peer name other1", "link set other0 up", "link set other1 up")
    hosts.director.run("ip", "-6", "route", "add", "default", "dev", "other0")
    judge.found("two ways, and no rule", {})
    rule = "meta nfproto ipv6 fib saddr . mark . iif oif missing counter drop"
    table = f"table inet t {{ chain c {{ type filter hook prerouting priority raw; {rule}; }}\n}}\n"
    hosts.director.run("nft", "-f", "-", text=table)
    hosts.client.ip(f"addr add {STRANGER6}/128 dev lo")
    before = dropped()
    with hosts.client.inside(), socket.socket(socket.AF_INET6) as made:
        made.settimeout(3)
        made.bind((STRANGER6, 0))
        made.connect_ex((VIP6, 80))
    judge.report.check("the rule drops a client from elsewhere", dropped() > before, dropped())
    judge.found("two ways, and the rule", {"rp-ipv6": "warning"})
    hosts.director.run("ip", "-6", "route", "replace", "default", "dev", "eth0")
    judge.found("one way, and the rule", {})
    hosts.director.run("nft", "delete", "table", "inet", "t")
    hosts.director.ip("link del other0")
    hosts.client.ip(f"addr del {STRANGER6}/128 dev lo")
    hosts.ipvs(f"-D -t [{VIP6}]:80")
