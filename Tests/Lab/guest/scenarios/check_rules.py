"""A director's rules and partner: in order, then with one thing wrong after another, each of which does what check says."""

import contextlib
import json
import select
import socket
import subprocess
import time

from card import LRO, card_of, features, set_features
from checking import Judge
from director import CLIENTS, DIRECTOR, VIP
from files import in_place_of, without_systemd
from traffic import Web

CHECKS = "new-limit,notrack-half,fwmark-unset,fw-owner,settings-rewritten,lro,backup-only,sync-filtered,sync-none,tcp-timeout-short"
UNHURT = {"tcp-timeout-short": "info"}
# Packets of services by mark are not tried where nothing gives them the mark.
UNTRIED = ("new-limit", "notrack-half")
SYNC_GROUP, SYNC_GROUP6, SYNC_PORT = "224.0.0.81", "ff02::81", 8848


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    web.visit(CLIENTS[0], (VIP, 80))
    judge = Judge(hosts, subject, report, CHECKS, usual=UNHURT)
    judge.found("in order", {})
    for part in (_timeout, _mark, _limit, _half, _owner, _rewritten, _saved, _merging, _backup, _partner, _sync, _sync6, _master):
        part(hosts, judge)
    judge.found("in order again", {})


def _packets(hosts, service):
    """Packets to a service that IPVS has counted: it adds them up every two seconds."""
    time.sleep(2.5)
    lines = hosts.director.run("ipvsadm", "-Ln", "--stats", "--exact", *service.split()).stdout.splitlines()
    return int(next(line.split()[3] for line in lines if line.startswith(("TCP", "FWM"))))


def _knock(host, virtual, port=80):
    """Sends a SYN, and waits a moment for whatever comes of it."""
    with host.inside(), socket.socket() as made:
        made.settimeout(0.7)
        made.connect_ex((virtual, port))


def _nft(hosts, *lines):
    hosts.director.run("nft", "-f", "-", text="\n".join(lines) + "\n")


def _counted(hosts, name):
    """What a named counter of the table `t` has counted."""
    shown = hosts.director.run("nft", "list", "counter", "inet", "t", name).stdout
    return int(shown.split("packets")[1].split()[0])


def _timeout(hosts, judge):
    hosts.ipvs("--set 7500 0 0")
    judge.found("connections are kept as long as hosts keep them", {}, usual={})
    hosts.ipvs("--set 900 0 0")


def _mark(hosts, judge):
    hosts.ipvs("-A -f 7 -s rr", "-a -f 7 -r 10.0.0.3:0 -g")
    _knock(hosts.client, VIP, 81)
    judge.report.equal("nothing marks packets, so the service gets none", 0, _packets(hosts, "-f 7"))
    judge.found("a mark that no rule sets", {"fwmark-unset": "error"}, untried=UNTRIED)
    table = ("add table inet t", "add chain inet t early { type filter hook prerouting priority -150; }")
    _nft(hosts, *table, "add rule inet t early tcp dport 81 meta mark set 8")
    judge.found("a rule that sets another mark", {"fwmark-unset": "error"}, untried=UNTRIED)
    _nft(hosts, "flush chain inet t early", "add rule inet t early tcp dport 81 meta mark set 7")
    _knock(hosts.client, VIP, 81)
    judge.report.check("now it gets some", _packets(hosts, "-f 7") > 0)
    judge.found("a rule that sets the mark", {})
    _nft(hosts, "flush chain inet t early", f"add rule inet t early ip saddr {CLIENTS[0]} tcp dport & 0xff00 == 0x1f00 meta mark set 7")
    judge.found("a rule that does not say for which port", {}, untried=UNTRIED)
    _knock(hosts.client, VIP, 8080)
    _judge_connection(hosts, judge)
    judge.found("a connection says it", {})
    _nft(hosts, "delete table inet t")
    judge.found("a rule that is gone", {"fwmark-unset": "warning"}, untried=UNTRIED)
    hosts.ipvs("-D -f 7")


def _judge_connection(hosts, judge):
    listing = hosts.director.run("ipvsadm", "-Lcn").stdout
    judge.report.check("there is a connection of the service by mark", f"{VIP}:8080" in listing, listing)


def _limit(hosts, judge):
    """A client that uploads sends hundreds of segments in a second, and each of them is NEW here."""

    def limit(rule):
        _nft(
            hosts, "add table inet t", "add counter inet t over",
            "add chain inet t input { type filter hook input priority 0; }",
            "add rule inet t input ct state established accept",
            f"add rule inet t input {rule} counter name over drop")

    limit("tcp flags & (fin | syn | rst | ack) == syn limit rate over 5/second burst 10 packets")
    _upload(hosts)
    judge.report.equal("a limit for SYNs drops no segment", 0, _counted(hosts, "over"))
    judge.found("a limit for SYNs", {})
    _nft(hosts, "delete table inet t")
    limit("ct state new tcp dport 80 limit rate over 5/second burst 10 packets")
    _upload(hosts)
    judge.report.check("a limit for NEW drops segments of one connection", _counted(hosts, "over") > 0)
    judge.names(judge.found("a limit for NEW", {"new-limit": "warning"}), "new-limit", "inet t input")
    _nft(hosts, "delete table inet t")


def _upload(hosts):
    """Many small segments from a connection, as fast as they go, whatever comes of them."""
    with hosts.client.inside(), socket.socket() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(10)
        client.connect((VIP, 80))
        client.setblocking(False)
        for _ in range(400):
            if not select.select([], [client], [], 1)[1]:
                break
            with contextlib.suppress(BlockingIOError, ConnectionError):
                client.send(b"x" * 200)
        time.sleep(1)


def _half(hosts, judge):
    table = (
        "add table inet t", "add chain inet t raw { type filter hook prerouting priority -300; }",
        "add chain inet t input { type filter hook input priority 0; }", "add rule inet t input ct state invalid drop",
        f"add rule inet t raw ip daddr {VIP} tcp dport 80 notrack")
    _nft(hosts, *table)
    with hosts.director.inside():
        if judge.subject is not None:
            done = judge.subject.run("check", "--json", "--only", "notrack-half,icmp-not-accepted,invalid-dropped", check=False)
            found = sorted(one["id"] for one in json.loads(done.stdout)["findings"])
            judge.report.equal("TCP is exempt, errors about it are not", ["icmp-not-accepted", "notrack-half"], found)
    _nft(hosts, f"add rule inet t raw ip daddr {VIP} icmp type {{ destination-unreachable, time-exceeded, parameter-problem }} notrack")
    judge.found("both are exempt", {})
    _nft(hosts, "delete table inet t")


@contextlib.contextmanager
def _owner_of(hosts, *lines):
    """A program that owns a table for as long as it runs: nft itself."""
    with hosts.director.inside():
        owner = subprocess.Popen(["nft", "-i"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    owner.stdin.write("\n".join(lines) + "\n")
    owner.stdin.flush()
    time.sleep(2)
    try:
        yield
    finally:
        owner.kill()
        owner.wait()


def _owner(hosts, judge):
    chain = "add chain inet mine input { type filter hook input priority 0; }"
    with _owner_of(hosts, "add table inet mine { flags owner; }", chain):
        refused = hosts.director.run("nft", "insert", "rule", "inet", "mine", "input", "accept", check=False)
        judge.report.check("nobody else can add a rule", "not permitted" in refused.stderr, refused.stderr)
        judge.found("a table with an owner", {"fw-owner": "info"})
    _nft(hosts, "add table inet mine", chain)
    judge.found("a table without one", {})
    _nft(hosts, "delete table inet mine")


def _rewritten(hosts, judge):
    _nft(hosts, "add table ip nat", "add chain ip nat DOCKER")
    judge.found("a chain of Docker's", {"settings-rewritten": "info"})
    _nft(hosts, "delete table ip nat")


def _saved(hosts, judge):
    """What no file has is gone with the next reload."""
    judge = Judge(hosts, judge.subject, judge.report, "fw-reload")
    table = f"""table inet lvs-notrack {{
    chain prerouting {{
        type filter hook prerouting priority raw;
        ip daddr {VIP} notrack
    }}
}}
"""

    def is_there(what, words):
        return what in hosts.director.run("nft", "list", words).stdout

    with without_systemd():
        _nft(hosts, table)
        with in_place_of("/etc/nftables.conf", "flush ruleset\n"):
            judge.found("a fix that no file has", {"fw-reload": "warning"}, nameless=True)
            hosts.director.run("nft", "-f", "/etc/nftables.conf")
            judge.report.check("the reload removes it", not is_there("lvs-notrack", "tables"))
            judge.found("it is gone", {}, nameless=True)
        _nft(hosts, table)
        with in_place_of("/etc/nftables.conf", f"flush ruleset\n{table}"):
            judge.found("a fix that a file has", {}, nameless=True)
            _nft(hosts, f"insert rule inet lvs-notrack prerouting ip saddr {CLIENTS[0]} accept")
            found = judge.found("a rule that no file has", {"fw-reload": "warning"}, nameless=True)
            judge.names(found, "fw-reload", f"inet lvs-notrack prerouting “ip saddr {CLIENTS[0]} accept”")
            hosts.director.run("nft", "-f", "/etc/nftables.conf")
            judge.report.check("the reload keeps the fix", is_there("notrack", "ruleset"))
            judge.report.check("the reload removes the rule", not is_there(f"ip saddr {CLIENTS[0]}", "ruleset"))
            judge.found("both are as in the file", {}, nameless=True)
        _nft(hosts, "delete table inet lvs-notrack")


def _merging(hosts, judge):
    """Linux ends it where it forwards by itself (`dev_disable_lro`, net/core/dev.c), as a director by DR need not."""
    with card_of(hosts) as card:
        forwarding = f"net.ipv4.conf.{card}.forwarding"
        flags = features(hosts, card)
        judge.report.equal("where Linux forwards, the card does not merge packets", 0, flags & LRO)
        judge.found("a card by which Linux forwards", {})
        hosts.director.sysctl({forwarding: 0})
        set_features(hosts, card, flags | LRO)
        judge.report.equal("where it does not, the card can", LRO, features(hosts, card) & LRO)
        judge.names(judge.found("a card that merges packets", {"lro": "warning"}), "lro", card)
        set_features(hosts, card, flags)
        judge.report.equal("it no longer does", 0, features(hosts, card) & LRO)
        judge.found("a card that does not", {})
        set_features(hosts, card, flags | LRO)
        hosts.director.sysctl({forwarding: 1})
        judge.report.equal("Linux forwards again, and ends it", 0, features(hosts, card) & LRO)
        judge.found("a card by which Linux forwards again", {})


def _backup(hosts, judge):
    """On a backup that is a real server, IPVS takes what the master sent to be served here."""
    hosts.ipvs(f"-a -t 10.0.0.100:80 -r {DIRECTOR}:80 -g", "--start-daemon backup --mcast-interface eth0")
    before = _packets(hosts, "-t 10.0.0.100:80")
    for _ in range(4):
        _knock(hosts.client, VIP)
    judge.report.check("with backup_only=0 it forwards", _packets(hosts, "-t 10.0.0.100:80") > before)
    judge.found("a backup that is a real server", {"backup-only": "error"})
    hosts.director.sysctl({"net.ipv4.vs.backup_only": 1})
    before = _packets(hosts, "-t 10.0.0.100:80")
    for _ in range(4):
        _knock(hosts.client, VIP)
    judge.report.equal("with backup_only=1 it does not", before, _packets(hosts, "-t 10.0.0.100:80"))
    judge.found("a backup that only serves", {})
    hosts.director.sysctl({"net.ipv4.vs.backup_only": 0})
    hosts.ipvs("--stop-daemon backup", f"-d -t 10.0.0.100:80 -r {DIRECTOR}:80")


def _partner(hosts, judge):
    with hosts.director.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, 112):
        judge.found("a program that speaks VRRP, and no sync daemon", {"sync-none": "info"})
        hosts.ipvs("--start-daemon master --mcast-interface eth0")
        judge.found("a master", {})
        hosts.ipvs("--stop-daemon master")


def _sync(hosts, judge):
    hosts.ipvs("--start-daemon backup --mcast-interface eth0")
    _nft(
        hosts, "add table inet t", "add counter inet t passed", "add counter inet t dropped",
        "add chain inet t input { type filter hook input priority 0; policy drop; }", "add rule inet t input tcp dport 80 accept",
        "add rule inet t input icmp type != 0 accept", f"add rule inet t input udp dport {SYNC_PORT} counter name dropped drop")
    _tell(hosts)
    judge.report.check("what the master tells is dropped", _counted(hosts, "dropped") > 0)
    judge.names(judge.found("a backup behind a filter", {"sync-filtered": "error"}), "sync-filtered", "inet t input")
    _nft(hosts, f"insert rule inet t input ip saddr {CLIENTS[0]} ip daddr {SYNC_GROUP} udp dport {SYNC_PORT} counter name passed accept")
    _tell(hosts)
    judge.report.check("with a rule for the partner it passes", _counted(hosts, "passed") > 0)
    judge.found("a backup that hears its partner", {})
    hosts.ipvs("--stop-daemon backup")
    hosts.director.sysctl({"net.ipv4.vs.sync_ports": 2})
    hosts.ipvs("--start-daemon backup --mcast-interface eth0")
    listening = [line.split()[1] for line in hosts.director.read("/proc/net/udp").splitlines()[1:]]
    judge.report.equal("it listens at two ports", 2, sum(one.endswith((":2290", ":2291")) for one in listening))
    judge.found("its second port is closed", {"sync-filtered": "error"})
    _nft(hosts, f"insert rule inet t input ip daddr {SYNC_GROUP} udp dport {SYNC_PORT + 1} accept")
    judge.found("both are open", {})
    hosts.ipvs("--stop-daemon backup")
    hosts.director.sysctl({"net.ipv4.vs.sync_ports": 1})
    _nft(hosts, "delete table inet t")


def _sync6(hosts, judge):
    hosts.ipvs(f"--start-daemon backup --mcast-interface eth0 --mcast-group {SYNC_GROUP6}")
    table = (
        "add table inet t", "add counter inet t passed", "add counter inet t dropped",
        "add chain inet t input { type filter hook input priority 0; }")
    _nft(hosts, *table, f"add rule inet t input ip6 daddr {SYNC_GROUP6} udp dport {SYNC_PORT} counter name dropped drop")
    _tell(hosts, SYNC_GROUP6)
    judge.report.check("what the master tells by IPv6 is dropped", _counted(hosts, "dropped") > 0)
    judge.names(judge.found("a backup in an IPv6 group, behind a filter", {"sync-filtered": "error"}), "sync-filtered", "inet t input")
    _nft(hosts, f"insert rule inet t input ip6 saddr fe80::/10 udp dport {SYNC_PORT} counter name passed accept")
    _tell(hosts, SYNC_GROUP6)
    judge.report.check("with a rule for the link it passes", _counted(hosts, "passed") > 0)
    judge.found("a backup that hears its partner by IPv6", {})
    hosts.ipvs("--stop-daemon backup")
    _nft(hosts, "delete table inet t")


def _master(hosts, judge):
    """What a master sends, once a connection has had some packets (`net.ipv4.vs.sync_threshold`)."""
    for group in (SYNC_GROUP, SYNC_GROUP6):
        hosts.ipvs(f"--start-daemon master --mcast-interface eth0 --mcast-group {group}")
        _nft(
            hosts, "add table inet t", "add counter inet t passed", "add counter inet t dropped",
            "add chain inet t output { type filter hook output priority 0; }",
            f"add rule inet t output udp dport {SYNC_PORT} counter name dropped drop")
        judge.report.check(f"{group}: what the master tells does not leave", _sends(hosts, "dropped"))
        judge.names(judge.found(f"{group}: a master behind a filter", {"sync-filtered": "error"}), "sync-filtered", "inet t output")
        _nft(hosts, f"insert rule inet t output oifname eth0 udp dport {SYNC_PORT} counter name passed accept")
        judge.report.check(f"{group}: with a rule for the interface it leaves", _sends(hosts, "passed"))
        judge.found(f"{group}: a master that is heard", {})
        hosts.ipvs("--stop-daemon master")
        _nft(hosts, "delete table inet t")


def _sends(hosts, name):
    """Whether the master tells of connections: it collects what it tells for two seconds."""
    # Nobody accepts them: there is room for a few.
    with hosts.client.inside(), socket.create_connection((VIP, 80), timeout=60) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if _counted(hosts, name) > 0:
            return True
        time.sleep(0.5)
    return False


def _tell(hosts, group=SYNC_GROUP):
    """A message as a master sends it; the kernel takes one that it does not understand for nothing."""
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    with hosts.client.inside(), socket.socket(family, socket.SOCK_DGRAM) as made:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(CLIENTS[0]))
        made.sendto(b"\0" * 8, (group, SYNC_PORT))
    time.sleep(0.5)
