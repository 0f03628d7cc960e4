"""SCTP by DR behind a filter that drops INVALID: check names the rule before a packet was sent, and what advise prints ends the drops."""

import json

from director import CLIENTS, VIP
from traffic import send_chunk, send_init

FILTER = """
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        ct state invalid counter drop
        sctp dport 80 accept
    }
}
"""
COOKIE_ECHO = 10
CHECKS = ("invalid-dropped", "icmp-not-accepted")


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A --sctp-service 10.0.0.100:80 -s rr", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.director.run("nft", "-f", "-", text=FILTER)
    _judge(hosts, subject, report, "before a packet was sent", {"invalid-dropped": "error", "icmp-not-accepted": "warning"})
    _associate(hosts, 1000)
    report.check("the rule drops a real COOKIE ECHO", _drops(hosts) > 0, _drops(hosts))
    if subject is None:
        report.skip("what ct-inspect advise says (--peers-only)")
        return
    with hosts.director.inside():
        script = subject.run("advise", "--commands", "--fix", "accept-invalid").stdout
    hosts.director.run("sh", text=script)
    dropped = _drops(hosts)
    _associate(hosts, 1001)
    report.equal("with the fix, no more is dropped", dropped, _drops(hosts))
    _judge(hosts, subject, report, "with the fix", {})


def _associate(hosts, port):
    """The client's half: INIT, then COOKIE ECHO, which the director gets without having seen an answer."""
    send_init(hosts.client, (CLIENTS[0], port), (VIP, 80))
    send_chunk(hosts.client, (CLIENTS[0], port), (VIP, 80), COOKIE_ECHO, tag=7)


def _drops(hosts):
    """Packets that the rule has counted."""
    lines = hosts.director.run("nft", "list", "chain", "inet", "filter", "input").stdout.splitlines()
    words = next(line for line in lines if "invalid counter" in line).split()
    return int(words[words.index("packets") + 1])


def _judge(hosts, subject, report, when, expected):
    if subject is None:
        return
    with hosts.director.inside():
        done = subject.run("check", "--json", "--only", ",".join(CHECKS), check=False)
    document = json.loads(done.stdout)
    found = {one["id"]: one["severity"] for one in document["findings"]}
    report.equal(f"{when}: what check finds", (expected, int(bool(expected))), (found, done.returncode))
    report.equal(f"{when}: nothing is left unproven", [], document["not_checked"])
    for one in document["findings"]:
        report.check(f"{when}: {one['id']} names the rule", "ct state invalid" in one["reason"], one["reason"])
