"""SCTP by DR behind a filter that drops INVALID: check names the rule before a packet was sent, and what advise prints ends the drops.

Then SCTP by NAT: the real server's INIT ACK is INVALID at FORWARD, as IPVS left no entry of the INIT.
"""

import contextlib
import json
import socket
import struct

from director import CLIENTS, SERVERS, VIP, VIP2
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
FORWARD = """
table inet nat-filter {
    chain forward {
        type filter hook forward priority filter;
        ct state invalid counter drop
    }
}
"""
INIT_ACK, COOKIE_ECHO = 2, 10
CHECKS = ("invalid-dropped", "icmp-not-accepted")
NAT_CHECKS = ("vs-conntrack-nat", "forward-policy", "notrack-with-nat")


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
    else:
        with hosts.director.inside():
            script = subject.run("advise", "--commands", "--fix", "accept-invalid").stdout
        hosts.director.run("sh", text=script)
        dropped = _drops(hosts)
        _associate(hosts, 1001)
        report.equal("with the fix, no more is dropped", dropped, _drops(hosts))
        _judge(hosts, subject, report, "with the fix", {})
    _nat(hosts, subject, report)


def _nat(hosts, subject, report):
    hosts.answer_through_director()
    hosts.vip_of_director(VIP2)
    hosts.ipvs("-A --sctp-service 10.0.0.101:80 -s rr", "-a --sctp-service 10.0.0.101:80 -r 10.0.0.3:80 -m")
    hosts.director.run("nft", "-f", "-", text=FORWARD)
    _judge(hosts, subject, report, "NAT, before a packet was sent", {"vs-conntrack-nat": "error"}, NAT_CHECKS, "SCTP INIT-ACK")
    report.equal("the INIT ACK does not come back", 0, _answered(hosts, 1002))
    report.check("the rule at FORWARD drops a real INIT ACK", _forward_drops(hosts) > 0, _forward_drops(hosts))
    hosts.vs_conntrack(1)
    dropped = _forward_drops(hosts)
    report.equal("with vs.conntrack=1 the INIT ACK comes back", 1, _answered(hosts, 1003))
    report.equal("and no more is dropped", dropped, _forward_drops(hosts))
    _judge(hosts, subject, report, "NAT with vs.conntrack=1", {}, NAT_CHECKS)


def _answered(hosts, port):
    """How many packets come from the service to the client that sent it an INIT, once the real server has answered."""
    with hosts.client.inside():
        heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_SCTP)
    with heard:
        send_init(hosts.client, (CLIENTS[0], port), (VIP2, 80))
        send_chunk(hosts.servers[0], (SERVERS[0], 80), (CLIENTS[0], port), INIT_ACK, tag=7, value=struct.pack("!IIHHI", 8, 65536, 1, 1, 1))
        heard.settimeout(3)
        count = 0
        with contextlib.suppress(TimeoutError):
            while True:
                packet, peer = heard.recvfrom(200)
                count += peer[0] == VIP2 and packet[32] == INIT_ACK
    return count


def _associate(hosts, port):
    """The client's half: INIT, then COOKIE ECHO, which the director gets without having seen an answer."""
    send_init(hosts.client, (CLIENTS[0], port), (VIP, 80))
    send_chunk(hosts.client, (CLIENTS[0], port), (VIP, 80), COOKIE_ECHO, tag=7)


def _drops(hosts, table="filter", chain="input"):
    """Packets that the rule has counted."""
    lines = hosts.director.run("nft", "list", "chain", "inet", table, chain).stdout.splitlines()
    words = next(line for line in lines if "invalid counter" in line).split()
    return int(words[words.index("packets") + 1])


def _forward_drops(hosts):
    return _drops(hosts, "nat-filter", "forward")


def _judge(hosts, subject, report, when, expected, checks=CHECKS, said="ct state invalid"):
    if subject is None:
        return
    with hosts.director.inside():
        done = subject.run("check", "--json", "--only", ",".join(checks), check=False)
    document = json.loads(done.stdout)
    found = {one["id"]: one["severity"] for one in document["findings"]}
    report.equal(f"{when}: what check finds", (expected, int(bool(expected))), (found, done.returncode))
    report.equal(f"{when}: nothing is left unproven", [], document["not_checked"])
    for one in document["findings"]:
        report.check(f"{when}: {one['id']} names the rule", "ct state invalid" in one["reason"] and said in one["reason"], one["reason"])
