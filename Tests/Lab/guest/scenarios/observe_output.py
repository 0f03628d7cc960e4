"""observe at LOCAL_OUT: a client on the director, whose packets pass it twice, and answers of a local destination.

The client's SYNs reach a real server; its answers come from the VIP, which is the director's own address, and are martians.
"""

import re
import socket
import time

from counters import LEAVING, Counters, End
from director import DIRECTOR, SERVERS, VIP, VIP2
from observing import Watch, losses
from story import PATIENCE

OUTPUT = """table ip own {
    chain output {
        type filter hook output priority 0;
        oifname != "lo" ip daddr 10.0.0.100 counter drop
    }
}
"""
ANSWERS = """table ip answers {
    chain output {
        type filter hook output priority 0;
        ct state invalid counter drop
    }
}
"""


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.vip(VIP, VIP2)
    hosts.ipvs(f"-A -t {VIP}:80 -s rr", f"-a -t {VIP}:80 -r {SERVERS[0]}:80 -g")
    hosts.ipvs(f"-A -t {VIP2}:80 -s rr", f"-a -t {VIP2}:80 -r {DIRECTOR}:80 -g")
    hosts.director.run("nft", "-f", "-", text="table ip tracking { chain i { type filter hook input priority 10; ct state invalid accept; }; }")
    counters = Counters(hosts.director, [End(LEAVING, "tcp", VIP, 80)])
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    _judge_client(hosts, subject, report, counters)
    hosts.director.run("nft", "-f", "-", text=OUTPUT)
    _judge_dropped_client(hosts, subject, report)
    hosts.director.run("nft", "delete", "table", "ip", "own")
    _judge_answers(hosts, subject, report)


def _knock(host, source, virtual):
    """Tries to connect, in vain."""
    with host.inside():
        made = socket.socket()
    made.settimeout(PATIENCE)
    made.bind((source, 0))
    try:
        made.connect((virtual, 80))
    except TimeoutError:
        pass
    else:
        raise RuntimeError("a connection was made")
    finally:
        made.close()
    time.sleep(0.3)


def _points(document, address):
    [service] = [one for one in document["services"] if one["address"] == address]
    return {(cell["point"], cell["class"]): cell["packets"] for cell in service["packets"]}


def _judge_client(hosts, subject, report, counters):
    watch = Watch(hosts, subject)
    _knock(hosts.director, DIRECTOR, VIP)
    document = watch.end()
    theirs = counters.read()
    twice = sum(value[0] for key, value in theirs.items() if key[:2] == ("local_out", "syn"))
    once = sum(value[0] for key, value in theirs.items() if key[:2] == ("post_routing", "syn"))
    report.check("mangle OUTPUT meets each SYN of a client here twice, POSTROUTING once", once > 0 and twice == 2 * once, theirs)
    points = _points(document, VIP)
    names = ("local_request", "local_request_passed", "local_request_sent", "local_request_left")
    report.equal("each passage has its count", [once] * 4, [points.get((name, "syn"), 0) for name in names])
    report.equal("they are no packets of others", 0, points.get(("local_out", "syn"), 0))
    report.equal("nothing is called lost", {}, losses(document))
    report.equal("or wrong", [], [one["id"] for one in document["findings"] if one["severity"] != "info"])


def _judge_dropped_client(hosts, subject, report):
    watch = Watch(hosts, subject)
    _knock(hosts.director, DIRECTOR, VIP)
    document = watch.end()
    [dropped] = _counted(hosts.director, "own")
    lost = losses(document)
    report.equal("what the filter drops the second time is lost at LOCAL_OUT", [("local_out", "syn")], [key[:2] for key in lost])
    report.equal("as many as the rule counted", dropped, sum(lost.values()))


def _judge_answers(hosts, subject, report):
    # None is sent again by a timer, between the two readings.
    hosts.director.sysctl({"net.ipv4.tcp_synack_retries": 0})
    with hosts.director.inside():
        listener = socket.socket()
    listener.bind((VIP2, 80))
    listener.listen(4)
    hosts.open.append(listener)
    hosts.director.run("nft", "-f", "-", text=ANSWERS)
    watch = Watch(hosts, subject)
    _knock(hosts.client, "10.0.0.1", VIP2)
    document = watch.end()
    [dropped] = _counted(hosts.director, "answers")
    lost = losses(document)
    report.equal("the SYN+ACKs of a local destination are INVALID, and dropped at LOCAL_OUT", {("local_out", "syn_ack", "INVALID"): dropped}, lost)
    report.equal("the rule is named", ["answers"], [one["table"] for one in document["blame"]])
    remedies = [one["remedy"] for one in document["findings"] if one["id"] == "answers-dropped"]
    report.check("with another DR service, the setting is not advised", remedies and "vs.conntrack=1" not in (remedies[0] or ""), document["findings"])


def _counted(director, table):
    return [int(number) for number in re.findall(r"counter packets (\d+)", director.run("nft", "list", "table", "ip", table).stdout)]
