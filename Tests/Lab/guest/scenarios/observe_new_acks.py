"""DR behind rules against "NEW without SYN": every ACK is dropped as NEW, accepting INVALID does not help, notrack does.

check and explain say so before a packet was sent, and observe while it happens.
"""

import json

from director import CLIENTS
from observing import losses, observe
from story import WebStory

RULES = """table ip strict {
    chain input {
        type filter hook input priority 0;
        ct state established,related accept
        ip daddr 10.0.0.100 ct state invalid accept
        tcp flags & (fin | syn | rst | ack) != syn ct state new counter drop
    }
}
"""
CURE = """table ip cure {
    chain prerouting {
        type filter hook prerouting priority -300;
        ip daddr 10.0.0.100 notrack
    }
}
"""


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.director.run("nft", "-f", "-", text=RULES)
    story = WebStory(hosts, reach="connection")
    _judge_before(hosts, subject, report)
    seen = observe(hosts, subject, story)
    report.equal("only ACKs are dropped, as NEW", {("ack", "NEW")}, {key[1:] for key in seen.dropped})
    report.equal("by that rule", sum(drop.packets for drop in seen.drops), sum(value[0] for value in seen.dropped.values()))
    for document in seen.documents:
        report.equal("they are told", {("local_in", "ack", "NEW")}, set(losses(document)))
        found = {one["id"]: one for one in document["findings"]}
        remedy = found.get("new-acks-dropped", {}).get("remedy") or ""
        report.check("the fix is notrack", "add notrack rules for tcp 10.0.0.100:80" in remedy and "does not help" in remedy, document["findings"])
    hosts.switch.ip("link set bridge0 up")
    hosts.director.run("nft", "-f", "-", text=CURE)
    report.check("with notrack a connection opens behind the same rules", story.opens(CLIENTS[2]))
    if subject:
        report.equal("check finds nothing like it any more", set(), set(_checked(hosts, subject)) & {"new-acks-dropped", "invalid-dropped"})


def _judge_before(hosts, subject, report):
    """Before a packet was sent."""
    if subject is None:
        return
    trap = _checked(hosts, subject).get("new-acks-dropped", {"severity": None, "reason": "", "remedy": ""})
    report.equal("check finds it, as an error", "error", trap["severity"])
    report.check("with the rule", "ip strict input handle " in trap["reason"] and "as NEW" in trap["reason"], trap)
    report.check("and notrack as the fix", "add notrack rules for tcp 10.0.0.100:80" in trap["remedy"], trap)
    words = ("explain", "--json", "--service", "tcp/10.0.0.100:80", "--netns", hosts.director.name, "--flags")
    ack, syn = (json.loads(subject.run(*words, flags).stdout) for flags in (".", "S"))
    report.equal("explain names it for an ACK, and not for a SYN", (["new-acks-dropped"], []), tuple([one["id"] for one in document["findings"]] for document in (ack, syn)))
    report.check("and says what does not help", any("accepting what is INVALID does not help" in one["reason"] for one in ack["findings"]), ack["findings"])


def _checked(hosts, subject):
    said = subject.run("check", "--json", "--netns", hosts.director.name, check=False)
    return {one["id"]: one for one in json.loads(said.stdout)["findings"]}
