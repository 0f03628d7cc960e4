"""DR behind FireHOL's own rules: ACKs are dropped as NEW, and what is INVALID, too; accepting both before them is the fix, and works.

The rules are those that Debian's package makes (Tests/Fixtures/firewalls/ORIGIN.md), in iptables-legacy, as it chose. They drop what IPVS sends on as
UNTRACKED, too: so OUTPUT accepts packets to the VIP first, as a line in firehol.conf would have it.
"""

import json

from director import CLIENTS, VIP
from observing import judge_counts, observe
from story import WebStory

RULES = "/run/exchange/firehol.iptables"


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    with open(RULES, encoding="ascii") as file:
        rules = file.read().replace("-A INPUT -i lo", f"-A OUTPUT -d {VIP} -j ACCEPT\n-A INPUT -i lo", 1)
    hosts.director.run("iptables-legacy-restore", text=rules.replace(" outside ", " eth0 "))
    story = WebStory(hosts, reach="connection")
    _judge_before(hosts, subject, report)
    seen = observe(hosts, subject, story)
    kinds = {key[1:] for key in seen.dropped}
    certain = {("ack", "NEW"), ("rst", "INVALID"), ("icmp_error", "INVALID")}
    # A client that got no page may still close.
    report.check("ACKs are dropped as NEW, RSTs and ICMP errors as INVALID", certain <= kinds <= certain | {("fin", "INVALID")}, kinds)
    report.equal("by as many as its rules have counted", _drops(hosts), sum(value[0] for value in seen.dropped.values()))
    for document in seen.documents:
        judge_counts(report, seen, document)
        found = {one["id"]: one for one in document["findings"]}.get("new-acks-dropped", {"reason": "", "remedy": ""})
        report.check("one finding tells both", all(words in found["reason"] for words in (" as INVALID and ", " ACK as NEW ")), document["findings"])
        report.check("and the fix is notrack", "add notrack rules for tcp 10.0.0.100:80" in found["remedy"], found)
    if subject:
        _judge_fix(hosts, subject, report, story)


def _judge_fix(hosts, subject, report, story):
    """The lines that advise wants in firehol.conf, as FireHOL would have them."""
    said = subject.run("advise", "--netns", hosts.director.name, check=False).stdout
    line = f"iptables -A INPUT -d {VIP} -p tcp --dport 80 -m conntrack --ctstate NEW,INVALID -j ACCEPT"
    report.check("advise says what to write in firehol.conf", "/etc/firehol/firehol.conf" in said and "--ctstate NEW,INVALID -j ACCEPT" in said, said)
    errors = [f"iptables -A INPUT -d {VIP} -p icmp --icmp-type {name} -j ACCEPT" for name in ("3", "11", "12")]
    for words in (line, *errors):
        hosts.director.run("iptables-legacy", *words.replace("-A INPUT", "-I INPUT").split()[1:])
    hosts.switch.ip("link set bridge0 up")
    before = _drops(hosts)
    report.check("with it a connection opens", story.opens(CLIENTS[2]))
    report.equal("and nothing is dropped", 0, _drops(hosts) - before)
    said = subject.run("check", "--json", "--netns", hosts.director.name, check=False)
    left = {one["id"] for one in json.loads(said.stdout)["findings"]} & {"new-acks-dropped", "invalid-dropped", "icmp-not-accepted"}
    report.equal("and check finds nothing like it any more", set(), left)


def _judge_before(hosts, subject, report):
    """Before a packet was sent."""
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    said = subject.run("check", "--json", "--netns", hosts.director.name, check=False)
    found = {one["id"]: one for one in json.loads(said.stdout)["findings"]}
    trap = found.get("new-acks-dropped", {"severity": None, "reason": "", "remedy": ""})
    report.equal("check finds it, as an error", "error", trap["severity"])
    report.check("with FireHOL's chain", "iptables-legacy filter pr_world_nsn3 rule 2" in trap["reason"], trap["reason"])
    report.check("and leads to advise, which knows firehol.conf", "ct-inspect advise" in trap["remedy"], trap["remedy"])


def _drops(hosts):
    """Packets that rules of FireHOL's have dropped."""
    lines = [line.split() for line in hosts.director.run("iptables-legacy", "-vnxL").stdout.splitlines()]
    return sum(int(words[0]) for words in lines if len(words) > 2 and words[2] == "DROP" and words[0].isdigit())
