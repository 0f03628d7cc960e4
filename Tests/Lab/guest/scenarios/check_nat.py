"""NAT with INVALID dropped at FORWARD: check names the rule before a packet was sent, and finds nothing once either is put right."""

import json
import os

from director import CLIENTS, SERVERS, VIP
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


def _drops(hosts):
    """Packets that the rule has counted."""
    lines = hosts.director.run("iptables", "-nvxL", "FORWARD").stdout.splitlines()
    return sum(int(line.split()[0]) for line in lines if "INVALID" in line)


def _kernel(hosts):
    """What a sandbox must not change. Of nf_tables' modules it may need more."""
    with open("/proc/modules", encoding="ascii") as file:
        modules = sorted(line.split()[0] for line in file if not line.startswith("nft_"))
    services = [line.split()[:3] for line in hosts.director.read("/proc/net/ip_vs").splitlines()]
    return services, modules, sorted(os.listdir("/run/netns"))
