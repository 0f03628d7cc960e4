"""NAT whose answers go astray: the real server answers by another route; and a UDP entry that was made before the service.

What conntrack -L and ipvsadm -Lcn show is the measure, and the printed remedy is run.
"""

import re
import shlex
import socket

from director import CLIENTS, SERVERS, VIP, VIP2
from screen import wait_for
from traffic import Web

PORT = 4053


def conduct(hosts, subject, report):
    hosts.vip_of_director(VIP)
    hosts.vip_of_director(VIP2)
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p udp --dport 53 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -m")
    web = Web(hosts, [(hosts.servers[0], SERVERS[0])], 80)
    web.knock_in_vain(CLIENTS[0], (VIP, 80), 4)
    rows = hosts.director.run("ipvsadm", "-Lcn").stdout
    report.check("IPVS waits in SYN_RECV", "SYN_RECV" in rows, rows)
    entries = hosts.director.run("conntrack", "-L").stdout
    report.check("and conntrack in SYN_SENT, unreplied", "SYN_SENT" in entries and "UNREPLIED" in entries, entries)
    where = ("--netns", hosts.director.name)
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
    else:
        _judge_waiting(report, subject, where)
    hosts.answer_through_director()
    web.visit(CLIENTS[1], (VIP, 80))
    # The first client sends its SYN again, too.
    wait_for(lambda: "SYN_RECV" not in hosts.director.run("ipvsadm", "-Lcn").stdout)
    if subject is not None:
        ids = {one["id"] for one in subject.flows(*where)["findings"]}
        report.check("where it answers through the director nothing waits", "nat-unanswered" not in ids, ids)
    _black_hole(hosts, subject, report, where)


def _judge_waiting(report, subject, where):
    for access in ("bpf", "proc"):
        # /proc shows no packets, so that the SYN may have been sent just now: the timer tells, some seconds later.
        one = wait_for(lambda access=access: _finding(subject, *where, "--connections", access), bound=30)
        evidence = one.get("evidence", {})
        report.equal(f"{access}: the connection waits for its answer", (1, 1), (evidence.get("unanswered"), evidence.get("connections")))
        report.check(f"{access}: the real server is named, and what to do", "10.0.0.3" in one.get("reason", "") and "through this director" in (one.get("remedy") or ""), one)


def _finding(subject, *words):
    return next((one for one in subject.flows(*words)["findings"] if one["id"] == "nat-unanswered"), {})


def _black_hole(hosts, subject, report, where):
    # An entry would expire after 30 s, and a slow machine may take longer.
    hosts.director.sysctl({"net.netfilter.nf_conntrack_udp_timeout": 600})
    words = f"-I -p udp -s {CLIENTS[0]} -d {VIP2} --sport {PORT} --dport 53 -t 600"
    hosts.director.run("conntrack", *words.split())
    hosts.ipvs("-A -u 10.0.0.101:53 -s rr", "-a -u 10.0.0.101:53 -r 10.0.0.3:53 -m")
    if subject is not None:
        document = subject.flows(*where)
        orphans = [flow for flow in document["flows"] if flow["verdict"] == "orphan"]
        report.check("an entry made before the service is called what it is", len(orphans) == 1 and "the VIP's own answers" in orphans[0]["reason"], orphans)
    made = _ask(hosts)
    wait_for(lambda: f":{PORT}" in hosts.director.run("ipvsadm", "-Lcn").stdout)
    line = _entry(hosts)
    report.check("its packets do not change it", f"src={VIP2}" in line and "UNREPLIED" in line, line)
    if subject is None:
        return
    document = subject.flows(*where)
    flow = next(flow for flow in document["flows"] if flow["protocol"] == "udp")
    report.equal("the flow is unreplied", "unreplied", flow["verdict"])
    report.check("and the reason is the entry", "the VIP's own answers" in flow["reason"], flow)
    finding = next((one for one in document["findings"] if one["id"] == "flows-untranslated"), {})
    remedy = re.search(r"run (conntrack -D [^;.]*(?:\.\d+)+[^;]*)", finding.get("remedy") or "")
    report.check("the remedy is a command", remedy is not None, finding)
    if remedy is None:
        return
    hosts.director.run(*shlex.split(remedy[1].rstrip(".")))
    report.equal("which deletes the entry", "", _entry(hosts))
    made.sendto(b"question", (VIP2, 53))
    wait_for(lambda: f"src={SERVERS[0]}" in _entry(hosts))
    report.check("and the next packet makes one with the real server", f"src={SERVERS[0]}" in _entry(hosts), _entry(hosts))
    ids = {one["id"] for one in subject.flows(*where)["findings"]}
    report.check("which is in order", "flows-untranslated" not in ids, ids)


def _ask(hosts):
    """The answer is of no matter: what becomes of it depends on the kernel."""
    with hosts.client.inside():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hosts.open.append(made)
    made.bind((CLIENTS[0], PORT))
    made.sendto(b"question", (VIP2, 53))
    return made


def _entry(hosts):
    lines = hosts.director.run("conntrack", "-L", "-p", "udp").stdout.splitlines()
    return next((line for line in lines if f"sport={PORT} " in line and f"src={CLIENTS[0]} " in line), "")
