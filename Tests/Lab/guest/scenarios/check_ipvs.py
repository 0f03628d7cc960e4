"""check with IPVS in its sandbox: the whole way of DR and TUN packets, what only shows behind IPVS, and that nothing of it remains."""

import json
import os

from director import VIP, VIP2

BEHIND = "-d 10.0.0.100 -p tcp --dport 80 -j DROP"
CHECKS = "invalid-dropped,icmp-not-accepted"


def conduct(hosts, subject, report):
    hosts.vip(VIP, VIP2)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p udp --dport 53 -j ACCEPT", cured=True)
    hosts.ipvs(
        "-A -t 10.0.0.100:80 -s wrr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 3", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 0",
        "-A -u 10.0.0.101:53 -s rr -o", "-a -u 10.0.0.101:53 -r 10.0.0.4:53 -i",
    )
    if subject is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    before = _kernel(hosts)
    status, document = _check(hosts, subject)
    report.equal("all reach a real server: nothing is found, or left unproven", (0, [], []), (status, document["findings"], document["not_checked"]))
    report.equal("it was tried with this kernel's IPVS", (True, os.uname().release, []), tuple(document["sandbox"][name] for name in ("ipvs", "kernel", "not_tried")))
    report.equal("services, modules and namespaces are as they were", before, _kernel(hosts))
    hosts.director.run("iptables", "-A", "OUTPUT", *BEHIND.split())
    status, document = _check(hosts, subject)
    reasons = [one["reason"] for one in document["not_checked"]]
    report.check("what drops packets behind IPVS leaves the checks unproven", reasons and all("reached no real server" in reason for reason in reasons), reasons)
    report.equal("that is no pass", 1, status)


def _check(hosts, subject):
    with hosts.director.inside():
        done = subject.run("check", "--json", "--only", CHECKS, check=False)
    return done.returncode, json.loads(done.stdout)


def _kernel(hosts):
    """What a sandbox must not change. Of nf_tables' modules it may need more."""
    with open("/proc/modules", encoding="ascii") as file:
        modules = sorted(line.split()[0] for line in file if not line.startswith("nft_"))
    services = [line.split()[:3] for line in hosts.director.read("/proc/net/ip_vs").splitlines()]
    return services, hosts.director.read("/proc/net/ip_vs_conn"), modules, sorted(os.listdir("/run/netns"))
