"""Lines of a fourth director, lb4, made of the others': what the lab's records lack. They are valid by the schema, as is checked.

It is in no named network namespace, though another on its host is; its recorder, its second, goes on with another segment and runs still; and it has IPv6, a mark, losses, an
almost full table, rules that somebody changed before packets were dropped, and flows that ended after they were stuck, go on, and are stuck still.
"""
import copy
from datetime import UTC, datetime, timedelta

WEB = {"protocol": "tcp", "address": "2001:db8::100", "port": 80, "fwmark": None}
MARK = {"protocol": None, "address": None, "port": None, "fwmark": 7, "family": "ipv6"}
RULE = "inet filter input handle 9"
# As a shipper that was stopped can send it.
BROKEN = '{"time":"2026-11-29T10:34:36.024970Z","host":"lb1","netns":"rec'


def lines(real):
    """- Parameter real: the lines of the lab's directors."""
    maker = _Maker(real)
    made = [*_earlier(maker), *_first_reading(maker), *_changes(maker), *_flows(maker), *_minutes(maker), *_findings(maker)]
    return sorted(made, key=lambda line: line["time"])


class _Maker:
    def __init__(self, real):
        self.real = real
        self.began = datetime.now(UTC) - timedelta(minutes=20)

    def like(self, record, seconds, without=(), **members):
        """One of the lab's lines, of this kind and change, with other members."""
        wanted = {"record": record} | ({"change": members["change"]} if "change" in members else {})
        found = next(line for line in self.real if wanted.items() <= line.items() and not any(name in line for name in without))
        time = (self.began + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return copy.deepcopy(found) | members | {"time": time, "host": "lb4", "netns": None}

    def flow(self, change, seconds, port, **members):
        there = {"address": "2001:db8::100", "port": 80}, {"address": "2001:db8::3", "port": 80}
        client = {"address": "2001:db8::1", "port": port}
        return self.like("flow", seconds, change=change, client=client, virtual=there[0], destination=there[1], service=WEB, **members)

    def server(self, change, seconds, before, after, destination="2001:db8::3"):
        weight = {"name": "weight", "before": before, "after": after}
        return self.like("server", seconds, change=change, service=WEB, destination={"address": destination, "port": 80}, properties=[weight])

    def finding(self, change, seconds, name):
        line = self.like("finding", seconds, change="raised") | {"change": change}
        line["finding"]["id"] = name
        return line


def _earlier(maker):
    """Of a recorder before: what the next one does not find there any more is not told to have ended."""
    return [
        maker.like("start", -300, segment=1, goes_on=False),
        maker.like("setting", -299, change="found", name="net.ipv4.vs.conntrack", before=None, after="0"),
        maker.flow("stuck", -200, 9, ipvs_state="ESTABLISHED", stuck="end_dropped"),
        maker.finding("raised", -190, "expire-nodest"),
    ]


def _first_reading(maker):
    return [
        maker.like("start", 0, segment=2, goes_on=False),
        maker.server("found", 0.1, None, "1"),
        maker.like("setting", 0.5, change="found", name="net.ipv4.vs.conntrack", before=None, after="0"),
        maker.flow("found", 0.6, 1),
        maker.like("ipvs", 0.7, change="found", name="timeout_tcp", before=None, after="900"),
    ]


def _changes(maker):
    return [
        maker.like("ruleset", 60, generation=4, process="nft", pid=77),
        maker.like("ruleset", 70, generation=5, process="ct-inspect", pid=78),
        maker.server("added", 80, None, "3", "2001:db8::4"),
        maker.like("ipvs", 85, name="daemon_master", before=None, after="eth0") | {"change": "added"},
        maker.like("end", 90) | {"record": "loss", "what": "events", "why": "2 messages were lost"},
        maker.like("ruleset", 200, generation=6, process="nft", pid=79),
        maker.like("start", 300, segment=3, goes_on=True),
        maker.like("start", 305, segment=1, goes_on=False) | {"netns": "other"},
        maker.server("changed", 720, "1", "0"),
        maker.server("removed", 730, "3", None, "2001:db8::4"),
    ]


def _flows(maker):
    return [
        *(maker.flow("began", 100 + port, port) for port in (2, 3, 4)),
        *(maker.flow("stuck", 110 + port, port, ipvs_state="ESTABLISHED", stuck="end_dropped") for port in (1, 2, 3, 4)),
        maker.flow("began", 310, 4) | {"change": "verdict", "before": "absent", "verdict": "unreplied"},
        maker.flow("ended", 400, 1, age_s=400, stuck_s=289),
        maker.flow("ended", 500, 2, age_s=400, stuck_s=388),
        maker.flow("began", 510, 3) | {"change": "loose"},
        maker.flow("began", 520, 5) | {"destination": None, "service": None, "verdict": "orphan", "ipvs_state": None},
    ]


def _minutes(maker):
    named = maker.like("drops", 601, without=["rule"], packets=13)
    del named["service"]
    return [
        maker.like("minute", 600, entries=8183, limit=8192, counters={"drop": 4, "early_drop": 1, "invalid": 9}),
        maker.like("minute", 660, entries=None, limit=None, counters={}),
        maker.like("minute", 1170),
        maker.like("drops", 600, without=["service"], rule=RULE, packets=5),
        maker.like("drops", 660, without=["service"], rule=RULE, packets=7),
        maker.like("drops", 601, without=["rule"], service=WEB, packets=11),
        maker.like("drops", 601, without=["rule"], service=MARK, packets=12, where="ipvs"),
        named | {"address": "2001:db8::53", "port": None},
    ]


def _findings(maker):
    return [maker.finding("raised", 5, "ct-acct-off"), maker.finding("raised", 700, "flows-absent"), maker.finding("cleared", 710, "flows-absent")]
