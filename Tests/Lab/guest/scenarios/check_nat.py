"""NAT with INVALID dropped at FORWARD: check names the rule before a packet was sent, and finds nothing once either is put right.

Then what else loses answers, and DR beside it.
"""

import json
import os
import socket
import time

from director import CLIENTS, CLIENTS6, DIRECTOR6, SERVERS, SERVERS6, VIP, VIP2, VIP6
from traffic import Web

INVALID = "-m conntrack --ctstate INVALID -j DROP"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.answer_through_director()
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True, forward=(INVALID,))
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -m")
    web = Web(hosts, [(hosts.servers[0], SERVERS[0])], 80)
    before = _kernel(hosts)
    _judge_trap(hosts, subject, report)
    web.knock_in_vain(CLIENTS[0], (VIP, 80), 5).close()
    report.check("the rule at FORWARD drops real answers", _drops(hosts) > 0, _drops(hosts))
    hosts.director.run("iptables", "-D", "FORWARD", *INVALID.split())
    _judge_in_order(hosts, subject, report, "without the rule")
    web.visit(CLIENTS[1], (VIP, 80))
    hosts.director.run("iptables", "-A", "FORWARD", *INVALID.split())
    hosts.vs_conntrack(1)
    _judge_in_order(hosts, subject, report, "with vs.conntrack=1")
    web.visit(CLIENTS[2], (VIP, 80))
    report.equal("services, modules and namespaces are as they were", before, _kernel(hosts))
    hosts.director.run("iptables", "-D", "FORWARD", *INVALID.split())
    for part in (_policy, _exempt, _mixed, _slow, _ipv6):
        part(hosts, subject, report, web)


def _judge_trap(hosts, subject, report):
    if subject is None:
        return
    status, document = _check(hosts, subject)
    found = {one["id"]: one for one in document["findings"] if one["severity"] != "info"}
    report.equal("check finds the trap before a packet was sent", (1, {"vs-conntrack-nat": "error"}), (status, {name: one["severity"] for name, one in found.items()}))
    trap = found.get("vs-conntrack-nat", {"reason": "", "evidence": {}})
    report.check("it names the rule and the answers", all(part in trap["reason"] for part in ("ip filter FORWARD", "ct state invalid", "SYN+ACK")), trap["reason"])
    report.equal("it counts the kinds of answers", 4, trap["evidence"].get("answers_dropped"))
    report.equal("it says how it was tried", (os.uname().release, True, []), tuple(document["sandbox"][name] for name in ("kernel", "ipvs", "not_tried")))


def _policy(hosts, subject, report, web):
    """Answers are known to conntrack, and nothing accepts them."""
    hosts.director.run("iptables", "-P", "FORWARD", "DROP")
    web.knock_in_vain(CLIENTS[0], (VIP, 80), 3).close()
    _judge(hosts, subject, report, "FORWARD accepts nothing", {"forward-policy": "error"})
    hosts.director.run("iptables", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
    web.visit(CLIENTS[1], (VIP, 80))
    _judge_in_order(hosts, subject, report, "FORWARD accepts ESTABLISHED")
    hosts.director.run("iptables", "-F", "FORWARD")
    hosts.director.run("iptables", "-P", "FORWARD", "ACCEPT")


def _exempt(hosts, subject, report, web):
    """Without an entry for what the client sends, answers are INVALID."""
    rule = f"PREROUTING -d {VIP} -p tcp --dport 80 -j CT --notrack".split()
    hosts.director.run("iptables", "-A", "FORWARD", *INVALID.split())
    hosts.director.run("iptables", "-t", "raw", "-A", *rule)
    before = _drops(hosts)
    web.knock_in_vain(CLIENTS[0], (VIP, 80), 3).close()
    report.check("answers to untracked packets are dropped as INVALID", _drops(hosts) > before, _drops(hosts))
    _judge(hosts, subject, report, "notrack with NAT", {"forward-policy": "error", "notrack-with-nat": "error"})
    hosts.director.run("iptables", "-t", "raw", "-D", *rule)
    web.visit(CLIENTS[1], (VIP, 80))
    _judge_in_order(hosts, subject, report, "without notrack")
    hosts.director.run("iptables", "-D", "FORWARD", *INVALID.split())


def _mixed(hosts, subject, report, web):
    """No value suits both only where INVALID is dropped at FORWARD."""
    hosts.vip(VIP2)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.101:80 -s rr", "-a -t 10.0.0.101:80 -r 10.0.0.4:80 -g")
    web.visit(CLIENTS[2], (VIP, 80))
    _judge_in_order(hosts, subject, report, "DR beside NAT, and nothing drops INVALID answers")
    hosts.director.run("iptables", "-A", "FORWARD", *INVALID.split())
    _judge(hosts, subject, report, "DR beside NAT, and INVALID dropped", {"vs-conntrack-nat": "error", "mixed-methods": "warning"})
    hosts.director.run("iptables", "-D", "FORWARD", *INVALID.split())
    hosts.ipvs("-D -t 10.0.0.101:80")
    hosts.vs_conntrack(1)


def _slow(hosts, subject, report, _):
    """An answer that takes longer than its entry lasts is NEW, and dropped where only ESTABLISHED is accepted."""
    hosts.ipvs("-A -u 10.0.0.100:5353 -s rr", "-a -u 10.0.0.100:5353 -r 10.0.0.3:5353 -m")
    hosts.director.run("iptables", "-I", "INPUT", "-p", "udp", "--dport", "5353", "-j", "ACCEPT")
    hosts.director.run("iptables", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
    hosts.director.run("iptables", "-A", "FORWARD", "-p", "udp", "--sport", "5353", "-j", "DROP")
    hosts.director.sysctl({"net.netfilter.nf_conntrack_udp_timeout": 1})
    report.equal("an answer at once arrives, a late one does not", (True, False), (_asks(hosts, 0), _asks(hosts, 4)))
    _judge_infos(hosts, subject, report, "IPVS remembers longer than conntrack", ["timeout-udp"])
    hosts.ipvs("--set 0 0 1")
    _judge_infos(hosts, subject, report, "both forget at once", [])


def _asks(hosts, seconds):
    """Whether the client gets an answer that takes so long."""
    with hosts.servers[0].inside():
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with hosts.client.inside():
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with server, client:
        server.bind((SERVERS[0], 5353))
        server.settimeout(10)
        client.settimeout(5)
        client.sendto(b"question", (VIP, 5353))
        _, peer = server.recvfrom(100)
        time.sleep(seconds)
        server.sendto(b"answer", peer)
        try:
            return client.recv(100) == b"answer"
        except TimeoutError:
            return False


def _ipv6(hosts, subject, report, _):
    """The same trap, and the same two ways out of it."""
    rule = ["FORWARD", *INVALID.split()]
    for words in (f"rule add from {SERVERS6[0]} lookup 100", f"route add default via {DIRECTOR6} table 100"):
        hosts.servers[0].run("ip", "-6", *words.split())
    # The director sends redirects, as both are on its link (ip6_forward), and no setting of its own ends that.
    hosts.servers[0].sysctl({"net.ipv6.conf.eth0.accept_redirects": 0})
    hosts.director.sysctl({"net.ipv6.conf.all.forwarding": 1})
    hosts.vip_of_director(VIP6)
    hosts.ipvs("-D -u 10.0.0.100:5353", "-A -t [2001:db8::100]:80 -s rr", "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -m")
    hosts.vs_conntrack(0)
    web = Web(hosts, [(hosts.servers[0], SERVERS6[0])], 80)
    # It is there from the beginning (ufw).
    _judge(hosts, subject, report, "IPv6, and INVALID dropped", {"vs-conntrack-nat": "error"})
    web.knock_in_vain(CLIENTS6[0], (VIP6, 80), 5).close()
    report.check("IPv6: the rule at FORWARD drops real answers", _drops(hosts, "ip6tables") > 0, _drops(hosts, "ip6tables"))
    hosts.director.run("ip6tables", "-D", *rule)
    _judge_in_order(hosts, subject, report, "IPv6 without the rule")
    web.visit(CLIENTS6[1], (VIP6, 80))
    hosts.director.run("ip6tables", "-A", *rule)
    hosts.vs_conntrack(1)
    _judge_in_order(hosts, subject, report, "IPv6 with vs.conntrack=1")
    web.visit(CLIENTS6[2], (VIP6, 80))


def _judge(hosts, subject, report, where, expected):
    if subject is None:
        return
    status, document = _check(hosts, subject)
    found = {one["id"]: one["severity"] for one in document["findings"] if one["severity"] != "info"}
    report.equal(f"{where}: what check finds", (1, expected), (status, found))


def _judge_infos(hosts, subject, report, where, expected):
    if subject is None:
        return
    with hosts.director.inside():
        done = subject.run("check", "--json", "--only", "timeout-udp", check=False)
    found = [one["id"] for one in json.loads(done.stdout)["findings"]]
    report.equal(f"{where}: what check finds", (0, expected), (done.returncode, found))


def _judge_in_order(hosts, subject, report, where):
    if subject is None:
        return
    status, document = _check(hosts, subject)
    troubles = [one["reason"] for one in document["findings"] if one["severity"] != "info"]
    report.equal(f"{where}: check finds nothing", (0, []), (status, troubles))
    report.equal(f"{where}: all of it was tried, with IPVS", (True, []), (document["sandbox"]["ipvs"], document["sandbox"]["not_tried"]))


def _check(hosts, subject):
    with hosts.director.inside():
        done = subject.run("check", "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def _drops(hosts, program="iptables"):
    """Packets that the rule has counted."""
    lines = hosts.director.run(program, "-nvxL", "FORWARD").stdout.splitlines()
    return sum(int(line.split()[0]) for line in lines if "INVALID" in line)


def _kernel(hosts):
    """What a sandbox must not change. Of nf_tables' modules it may need more."""
    with open("/proc/modules", encoding="ascii") as file:
        modules = sorted(line.split()[0] for line in file if not line.startswith("nft_"))
    services = [line.split()[:3] for line in hosts.director.read("/proc/net/ip_vs").splitlines()]
    return services, modules, sorted(os.listdir("/run/netns"))
