"""check with IPVS in its sandbox: DR, TUN and services by mark walked whole, rules behind IPVS, IPv6, and that nothing of it remains."""

import json
import os

from director import CLIENTS, VIP, VIP2, VIP6
from traffic import Web

BEHIND = "-d 10.0.0.100 -p tcp --dport 80 -j DROP"
INVALID = "-m conntrack --ctstate INVALID -j DROP"
CHECKS = "invalid-dropped,icmp-not-accepted,local-answers-dropped"
# What the static fix lets pass, to a service by mark and its fine twin.
MARKED = ("-d 10.0.0.101 -p tcp --dport 8081 -j MARK --set-mark 7", "-d 10.0.0.101 -p tcp --dport 8082 -j MARK --set-mark 8")


def conduct(hosts, subject, report):
    hosts.vip(VIP, VIP2, VIP6)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p udp --dport 53 -j ACCEPT", cured=True)
    hosts.ipvs(
        "-A -t 10.0.0.100:80 -s wrr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 3", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 0",
        "-A -u 10.0.0.101:53 -s rr -o", "-a -u 10.0.0.101:53 -r 10.0.0.4:53 -i",
        "-A -t [2001:db8::100]:80 -s rr", "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g",
        "-A -t 10.0.0.100:8090 -s rr", "-a -t 10.0.0.100:8090 -r 10.0.0.3:8090 -i --tun-type gue --tun-port 6080",
        "-A -t 10.0.0.100:8091 -s rr", "-a -t 10.0.0.100:8091 -r 10.0.0.4:8091 -i --tun-type gre",
    )
    for port in (8090, 8091):
        hosts.director.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", str(port), "-j", "ACCEPT")
    if subject is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    before = _kernel(hosts)
    status, document = _check(hosts, subject)
    report.equal("all reach a real server: nothing is found, or left unproven", (0, [], []), (status, document["findings"], document["not_checked"]))
    report.equal("it was tried with this kernel's IPVS", (True, os.uname().release, []), tuple(document["sandbox"][name] for name in ("ipvs", "kernel", "not_tried")))
    report.equal("services, modules and namespaces are as they were", before, _kernel(hosts))
    _behind(hosts, subject, report)
    _marks(hosts, subject, report)
    _own(hosts, subject, report)


def _behind(hosts, subject, report):
    """What drops all packets of a service behind IPVS leaves it unreached, and is named: by traces, and by counters."""
    for program, words in (("iptables", ("reached in the sandbox", "ip filter OUTPUT handle")), ("iptables-legacy", ("reached in the sandbox", "iptables-legacy filter OUTPUT rule 1"))):
        hosts.director.run(program, "-A", "OUTPUT", *BEHIND.split())
        status, document = _check(hosts, subject)
        reasons = [one["reason"] for one in document["not_checked"]]
        report.check(f"{program}: what drops packets behind IPVS is named, and leaves the checks unproven", reasons and all(word in reason for reason in reasons for word in words), reasons)
        report.equal(f"{program}: that is no pass", 1, status)
        hosts.director.run(program, "-D", "OUTPUT", *BEHIND.split())
    # Of a FIN alone: a finding, as what opens connections passes.
    rule = "-d 10.0.0.100 -p tcp --dport 80 --tcp-flags FIN FIN -j DROP"
    hosts.director.run("iptables", "-t", "mangle", "-A", "POSTROUTING", *rule.split())
    status, document = _check(hosts, subject)
    reasons = [one["reason"] for one in document["findings"]]
    report.check("a FIN that is dropped as it leaves is found, with its rule", status == 1 and len(reasons) == 1 and "ip mangle POSTROUTING" in reasons[0] and "FIN+ACK" in reasons[0], reasons)
    hosts.director.run("iptables", "-t", "mangle", "-D", "POSTROUTING", *rule.split())


def _marks(hosts, subject, report):
    """Two services by mark, alike but for what the filter lets pass to them."""
    for rule in MARKED:
        hosts.director.run("iptables", "-t", "mangle", "-A", "PREROUTING", *rule.split())
    hosts.director.run("nft", "insert rule ip filter INPUT tcp dport 8081 ct state invalid counter drop")
    hosts.director.run("iptables", "-A", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "8081,8082", "-j", "ACCEPT")
    hosts.ipvs("-A -f 7 -s rr", "-a -f 7 -r 10.0.0.3:0 -g", "-A -f 8 -s rr", "-a -f 8 -r 10.0.0.3:0 -g")
    status, document = _check(hosts, subject)
    found = {(one["id"], one["subject"]["fwmark"]) for one in document["findings"]}
    report.equal("of two services by mark the one whose INVALID packets are dropped is found", (1, {("invalid-dropped", 7)}), (status, found))
    for one in document["findings"]:
        report.check("it names the rule and what was tried", all(words in one["reason"] for words in ("tcp 10.0.0.101:8081", "FIN+ACK", "invalid")), one["reason"])
    report.equal("nothing of services by mark is left out", ([], []), (document["not_checked"], document["sandbox"]["not_tried"]))
    web = Web(hosts, [(hosts.servers[0], VIP2)], 8081)
    web.leave(web.visit(CLIENTS[0], (VIP2, 8081)))
    report.check("the rule drops a real FIN", _counted(hosts, "8081") > 0)
    hosts.director.run("nft", "flush", "chain", "ip", "filter", "INPUT")
    hosts.ufw("-p tcp -m multiport --dports 80,8081,8082,8083,8090,8091 -j ACCEPT", "-p udp --dport 53 -j ACCEPT", cured=True)
    status, document = _check(hosts, subject)
    report.equal("without that rule both are in order", (0, [], []), (status, document["findings"], document["not_checked"]))
    hosts.ipvs("-D -f 7", "-D -f 8")


def _own(hosts, subject, report):
    """A service whose real server is the director itself, beside others until those are gone."""
    hosts.ipvs("-A -t 10.0.0.101:8083 -s rr", "-a -t 10.0.0.101:8083 -r 10.0.0.2:8083 -g")
    web = Web(hosts, [(hosts.director, VIP2)], 8083)
    status, document = _check(hosts, subject)
    report.equal("answers of the director itself pass", (0, [], [], []), (status, document["findings"], document["not_checked"], document["sandbox"]["not_tried"]))
    web.visit(CLIENTS[0], (VIP2, 8083))
    hosts.director.run("iptables", "-A", "OUTPUT", *INVALID.split())
    one = _own_finding(hosts, subject, report, "beside DR")
    report.check("beside DR the remedy is to accept them", "accept what leaves" in one["remedy"] and "sysctl" not in one["remedy"], one["remedy"])
    web.knock_in_vain(CLIENTS[1], (VIP2, 8083), 5).close()
    for service in ("-t 10.0.0.100:80", "-u 10.0.0.101:53", "-t [2001:db8::100]:80", "-t 10.0.0.100:8090", "-t 10.0.0.100:8091"):
        hosts.ipvs(f"-D {service}")
    one = _own_finding(hosts, subject, report, "alone")
    report.check("alone the remedy is the setting", "net.ipv4.vs.conntrack=1" in one["remedy"], one["remedy"])
    with hosts.director.inside():
        commands = subject.run("advise", "--commands", check=False).stdout
    report.check("advise has it", "sysctl -w net.ipv4.vs.conntrack=1" in commands.splitlines(), commands)
    hosts.director.run("sh", text=commands)
    web.visit(CLIENTS[2], (VIP2, 8083))
    hosts.director.run("iptables", "-I", "INPUT", "1", *INVALID.split())
    web.visit(CLIENTS[0], (VIP2, 8083))
    with hosts.director.inside():
        done = subject.run("check", "--json", check=False)
    troubles = [f"{one['id']}: {one['reason']}" for one in json.loads(done.stdout)["findings"] if one["severity"] != "info"]
    report.equal("with it a page comes, behind filters that drop INVALID, and check finds nothing at all", (0, []), (done.returncode, troubles))


def _own_finding(hosts, subject, report, where):
    _, document = _check(hosts, subject)
    found = {one["id"]: one for one in document["findings"]}
    report.check(f"{where}: dropped answers of the director are found", "local-answers-dropped" in found, sorted(found))
    one = found.get("local-answers-dropped", {"severity": "", "reason": "", "remedy": ""})
    report.equal(f"{where}: that is an error", "error", one["severity"])
    report.check(f"{where}: it names the rule and the packets", all(words in one["reason"] for words in ("ip filter OUTPUT", "SYN+ACK, FIN+ACK, RST and RST+ACK", "INVALID")), one["reason"])
    return one


def _check(hosts, subject):
    with hosts.director.inside():
        done = subject.run("check", "--json", "--only", CHECKS, check=False)
    return done.returncode, json.loads(done.stdout)


def _counted(hosts, word):
    """Packets that rules with this word have counted."""
    lines = hosts.director.run("nft", "list", "chain", "ip", "filter", "INPUT").stdout.splitlines()
    return sum(int(line.split("packets")[1].split()[0]) for line in lines if word in line and "drop" in line and "packets" in line)


def _kernel(hosts):
    """What a sandbox must not change. Of nf_tables' modules it may need more."""
    with open("/proc/modules", encoding="ascii") as file:
        modules = sorted(line.split()[0] for line in file if not line.startswith("nft_"))
    services = [line.split()[:3] for line in hosts.director.read("/proc/net/ip_vs").splitlines()]
    return services, hosts.director.read("/proc/net/ip_vs_conn"), modules, sorted(os.listdir("/run/netns"))
