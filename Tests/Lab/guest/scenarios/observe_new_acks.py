"""observe on DR behind rules against "NEW without SYN": every ACK is dropped as NEW, accepting INVALID does not help, notrack does."""

from director import CLIENTS
from observing import losses, observe
from screen import wait_for
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
    # To IPVS a connection is open with its ACK; the real server may serve earlier clients first.
    hosts.open.append(story.web.knock(CLIENTS[2], story.virtual))

    def opened():
        listing = hosts.director.run("ipvsadm", "-Lcn").stdout.splitlines()
        return any(f" {CLIENTS[2]}:" in line and "ESTABLISHED" in line for line in listing)

    report.check("with notrack a connection opens behind the same rules", wait_for(opened))
