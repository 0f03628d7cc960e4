"""REDIRECT before IPVS and SNAT behind it, as Docker Swarm's ingress has them: neither tuple of the entry is the connection's.

The connection is to the director's own address, for a mark; the entry is for the VIP, and its answers go to the director.
"""

import json
import re
import subprocess
import time

from director import CLIENTS, DIRECTOR, SERVERS, VIP
from traffic import Web

MARK = 256
# Rules that could match none of the flows: they must not be named.
OTHERS = (
    "-t nat -A PREROUTING -d 10.0.0.100 -p tcp --dport 8081 -j REDIRECT --to-ports 80",
    "-t nat -A PREROUTING -s 192.0.2.0/24 -j REDIRECT",
    f"-t nat -A POSTROUTING -d {SERVERS[1]} -j MASQUERADE",
)


def conduct(hosts, subject, report):
    hosts.vip_of_director(VIP)
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.mark("-d 10.0.0.100 -p tcp --dport 8080", MARK)
    for words in (
        *OTHERS, "-t nat -A PREROUTING -d 10.0.0.100 -p tcp --dport 8080 -j REDIRECT --to-ports 80",
        f"-t nat -A POSTROUTING -d {SERVERS[0]} -m ipvs --ipvs -j SNAT --to-source {DIRECTOR}",
    ):
        hosts.director.run("iptables", *words.split())
        hosts.note(f"iptables {words}")
    hosts.ipvs(f"-A -f {MARK} -s rr", f"-a -f {MARK} -r {SERVERS[0]}:0 -m")
    web = Web(hosts, [(hosts.servers[0], SERVERS[0])], 80)
    for number, client in enumerate(CLIENTS):
        web.visit(client, (VIP, 8080), 2001 + number)
    rows = hosts.director.run("ipvsadm", "-Lcn").stdout
    report.equal("IPVS has connections to the director's own address", 3, rows.count(f"{DIRECTOR}:80"))
    entries = [line for line in hosts.director.run("conntrack", "-L").stdout.splitlines() if "dport=8080" in line]
    report.equal("conntrack has entries for the VIP, with answers of the real server", 3, sum(f"src={SERVERS[0]} dst={DIRECTOR}" in line for line in entries))
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
    else:
        _judge(hosts, subject, report, web)


def _judge(hosts, subject, report, web):
    where = ("--netns", hosts.director.name)
    expected = [("before", _rule(hosts, "PREROUTING", "dport 8080", "REDIRECT")), ("behind", _rule(hosts, "POSTROUTING", SERVERS[0], "SNAT"))]
    for access in ("bpf", "proc"):
        document = subject.flows(*where, "--connections", access)
        verdicts = [flow["verdict"] for flow in document["flows"]]
        report.equal(f"{access}: all are tracked, and none is an orphan", ["tracked"] * 3, verdicts)
        report.check(f"{access}: the doubt says how they were joined", all("NAT rules rewrite" in str(flow.get("doubts")) for flow in document["flows"]), document["flows"])
        originals = sorted(flow["entry"]["original"]["destination_port"] for flow in document["flows"])
        report.equal(f"{access}: with the entries for the VIP", [8080] * 3, originals)
        named = [[(rule["ipvs"], rule["rule"]) for rule in flow["nat_rules"]] for flow in document["flows"]]
        report.equal(f"{access}: the rules are named, as nft numbers them, and no others", [expected] * 3, named)
    text = subject.run("flows", *where).stdout
    words = [f"{side} IPVS {rule}" for side, rule in expected]
    report.check("in words, too", all(" ".join(text.split()).count(word) == 3 for word in words), text)
    subject.run("capture", *where, "--no-ruleset", "/tmp/nat-rewritten")
    flows = subject.flows("--capture", "/tmp/nat-rewritten")["flows"]
    report.check("without rules none is named", all("nat_rules" not in flow and "is not known" in str(flow["doubts"]) for flow in flows), flows)
    subject.run("capture", *where, "/tmp/nat-rewritten-rules")
    flows = subject.flows("--capture", "/tmp/nat-rewritten-rules")["flows"]
    named = [[(rule["ipvs"], rule["rule"]) for rule in flow["nat_rules"]] for flow in flows]
    report.equal("a capture with rules names them", [expected] * 3, named)
    _judge_watched(report, subject, where, web)


def _rule(hosts, chain, *words):
    """The place of a rule, as nft(8) lists it."""
    for line in hosts.director.run("nft", "-a", "list", "chain", "ip", "nat", chain).stdout.splitlines():
        handle = re.search(r"# handle (\d+)$", line)
        if handle and all(word.lower() in line.lower() for word in words):
            return f"ip nat {chain} handle {handle[1]}"
    raise RuntimeError(f"no rule with {words} in {chain}")


def _judge_watched(report, subject, where, web):
    process = subprocess.Popen(
        [subject.program, "flows", "--json", "--for", "15s", *where], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    time.sleep(6)
    web.visit(CLIENTS[0], (VIP, 8080), 2010)
    output, _ = process.communicate(timeout=120)
    verdicts = {flow["client"]["port"]: flow["verdict"] for flow in json.loads(output)["flows"]}
    report.equal("watched, none is never", dict.fromkeys((2001, 2002, 2003, 2010), "tracked"), verdicts)
