"""Settings, sizes and parts of a director's kernel: in order, then one unusual after another, each of which does what check says."""

import contextlib
import os
import socket
import subprocess
import time

from checking import Judge
from director import CLIENTS, DIRECTOR, SERVERS, VIP, VIP6
from traffic import Web

SETTINGS = {
    "ct-acct-off": ("net.netfilter.nf_conntrack_acct", 0, 1),
    "ct-timestamp-off": ("net.netfilter.nf_conntrack_timestamp", 0, 1),
    "ct-checksum": ("net.netfilter.nf_conntrack_checksum", 0, 1),
    "ct-events-0": ("net.netfilter.nf_conntrack_events", 0, 1),
    "ct-be-liberal": ("net.netfilter.nf_conntrack_tcp_be_liberal", 1, 0),
    "ct-ignore-invalid-rst": ("net.netfilter.nf_conntrack_tcp_ignore_invalid_rst", 1, 0),
    "ct-log-invalid": ("net.netfilter.nf_conntrack_log_invalid", 6, 0),
    "estimation-off": ("net.ipv4.vs.run_estimation", 0, 1),
    "schedule-icmp": ("net.ipv4.vs.schedule_icmp", 0, 1),
    "nat-icmp-send": ("net.ipv4.vs.nat_icmp_send", 0, 1),
}
CHECKS = ",".join([*SETTINGS, "amemthresh,defense-on,helpers,modules,expect-max,v6-missing,stuck-established"])


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    Web(hosts, [(hosts.servers[0], VIP)], 80).visit(CLIENTS[0], (VIP, 80))
    hosts.director.sysctl({name: usual for name, _, usual in SETTINGS.values()})
    judge = Judge(hosts, subject, report, CHECKS, waits=True)
    judge.found("in order", {})
    for part in (_settings, _memory, _scheduler, _families, _calls, _expectations, _stuck):
        part(hosts, judge)
    judge.found("in order again", {})


def _knock(host, virtual, port=80):
    """Whether a connection is opened."""
    with host.inside(), socket.socket() as made:
        made.settimeout(2)
        return made.connect_ex((virtual, port)) == 0


def _settings(hosts, judge):
    """All at once, as each is by itself."""
    hosts.ipvs("-A -t 10.0.0.100:83 -s rr", f"-a -t 10.0.0.100:83 -r {SERVERS[0]}:83 -m")
    hosts.director.sysctl({name: unusual for name, unusual, _ in SETTINGS.values()})
    judge.found("unusual settings", dict.fromkeys(SETTINGS, "info"))
    hosts.director.sysctl({name: usual for name, _, usual in SETTINGS.values()})
    judge.found("usual settings", {})
    hosts.ipvs("-D -t 10.0.0.100:83")


def _available():
    """Pages that the kernel counts when it decides about the defenses: free and buffered ones."""
    with open("/proc/meminfo", encoding="ascii") as file:
        values = {line.split()[0]: int(line.split()[1]) for line in file}
    return (values["MemFree:"] + values["Buffers:"]) * 1024 // os.sysconf("SC_PAGE_SIZE")


def _memory(hosts, judge):
    hosts.director.sysctl({"net.ipv4.vs.drop_entry": 1, "net.ipv4.vs.amemthresh": _available() // 3})
    judge.found("memory is far from the threshold", {})
    hosts.director.sysctl({"net.ipv4.vs.amemthresh": _available() * 3 // 4})
    judge.found("memory is near the threshold", {"amemthresh": "warning"})
    hosts.director.sysctl({"net.ipv4.vs.amemthresh": _available() * 2})
    for _ in range(100):
        if hosts.director.read("/proc/sys/net/ipv4/vs/drop_entry").strip() == "2":
            break
        time.sleep(0.2)
    judge.report.equal("below it the kernel itself begins", "2", hosts.director.read("/proc/sys/net/ipv4/vs/drop_entry").strip())
    judge.found("memory is short", {"defense-on": "error"})
    hosts.director.sysctl({"net.ipv4.vs.amemthresh": 1024, "net.ipv4.vs.drop_entry": 0})


def _scheduler(hosts, judge):
    hosts.ipvs("-A -t 10.0.0.100:84 -s none", "-a -t 10.0.0.100:84 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 84)
    judge.report.check("without a scheduler nobody is served", not _knock(hosts.client, VIP, 84))
    judge.found("a service without a scheduler", {"modules": "error"})
    hosts.ipvs("-E -t 10.0.0.100:84 -s rr")
    web.visit(CLIENTS[1], (VIP, 84))
    judge.found("with one", {})
    hosts.ipvs("-D -t 10.0.0.100:84")


def _families(hosts, judge):
    hosts.ipvs(f"-A -t [{VIP6}]:80 -s rr", "-A -t 10.0.0.100:443 -s rr")
    hosts.ipvs(f"-a -t [{VIP6}]:80 -r [2001:db8::3]:80 -g", "-a -t 10.0.0.100:443 -r 10.0.0.3:443 -g")
    judge.found("one of two services is of both families", {"v6-missing": "info"})
    hosts.ipvs("-D -t 10.0.0.100:443")
    judge.found("the only one is", {})
    hosts.ipvs(f"-D -t [{VIP6}]:80")


def _calls(hosts, judge):
    hosts.ipvs("-A -u 10.0.0.100:5060 -s rr", *(f"-a -u 10.0.0.100:5060 -r {server}:5060 -g" for server in SERVERS))
    judge.found("SIP without its engine", {"helpers": "info"})
    hosts.ipvs("-E -u 10.0.0.100:5060 -s rr --pe sip -p 60 -o")
    judge.found("SIP with its engine", {})
    hosts.ipvs("-D -u 10.0.0.100:5060")


def _expectations(hosts, judge):
    """The helper for FTP expects a data connection for each PASV, here of a server on the director itself."""
    limit = "/proc/sys/net/netfilter/nf_conntrack_expect_max"
    with open(limit, encoding="ascii") as file:
        usual = file.read()
    hosts.director.run(
        "nft", "-f", "-",
        text='table ip t { ct helper h { type "ftp" protocol tcp; }\nchain c { type filter hook prerouting priority 0; tcp dport 21 ct helper set "h"; }\n}\n')
    with contextlib.ExitStack() as stack:
        with hosts.director.inside():
            server = stack.enter_context(socket.create_server((DIRECTOR, 21)))
        for count in (1, 2):
            with hosts.client.inside():
                client = stack.enter_context(socket.create_connection((DIRECTOR, 21), 10))
            peer = stack.enter_context(server.accept()[0])
            for line in ("220 ready", f"227 Entering Passive Mode (10,0,0,2,100,{count})"):
                peer.sendall(f"{line}\r\n".encode())
                client.recv(100)
        listed = hosts.director.run("conntrack", "-L", "expect").stdout.splitlines()
        judge.report.equal("the helper expects two connections", 2, len(listed))
        _write(limit, "3\n")
        judge.found("two of three", {})
        _write(limit, "2\n")
        judge.found("two of two", {"expect-max": "error"})
    _write(limit, usual)
    hosts.director.run("nft", "delete", "table", "ip", "t")
    hosts.director.run("conntrack", "-F", "expect")


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


VISITS = """
import socket, sys, time
for number in range(int(sys.argv[2])):
    with socket.create_connection((sys.argv[1], 85), 10) as made:
        made.sendall(b"x")
    time.sleep(float(sys.argv[3]))
"""
SERVER = """
import socket
with socket.create_server(("10.0.0.100", 85), backlog=100) as server:
    print(flush=True)
    while True:
        with server.accept()[0] as peer:
            peer.recv(1)
"""


def _stuck(hosts, judge):
    """Behind a filter that drops FINs, connections stay; once it does not, those that end show."""
    hosts.ipvs("-A -t 10.0.0.100:85 -s rr", "-a -t 10.0.0.100:85 -r 10.0.0.3:85 -g")
    with hosts.servers[0].inside():
        server = subprocess.Popen(["python3", "-c", SERVER], stdout=subprocess.PIPE)
    server.stdout.readline()
    hosts.director.run("nft", "-f", "-", text="table inet t { chain c { type filter hook input priority 0; ct state invalid counter drop; }\n}\n")
    _visit(hosts, 15, 0.01).wait()
    visitor = _visit(hosts, 400, 0.05)
    judge.found("ends do not get here", {"stuck-established": "warning"}, "--for", "5s")
    visitor.kill()
    visitor.wait()
    states = [line.split()[2] for line in hosts.director.run("ipvsadm", "-Lcn").stdout.splitlines() if ":85 " in line]
    judge.report.equal("all are ESTABLISHED to IPVS", {"ESTABLISHED"}, set(states) - {"SYN_RECV"})
    hosts.director.run("nft", "delete", "table", "inet", "t")
    visitor = _visit(hosts, 400, 0.05)
    time.sleep(1)
    judge.found("ends get here", {}, "--for", "5s")
    visitor.kill()
    visitor.wait()
    server.kill()
    server.wait()
    hosts.ipvs("-D -t 10.0.0.100:85")


def _visit(hosts, count, pause):
    with hosts.client.inside():
        return subprocess.Popen(["python3", "-c", VISITS, VIP, str(count), str(pause)], stderr=subprocess.DEVNULL)
