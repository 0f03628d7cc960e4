"""Connections and templates of destinations that were removed, or have weight 0: flows names them, and their packets do what it says.

Packets are counted where they would arrive, on the real server.
"""

from director import CLIENTS, VIP, VIP2
from screen import wait_for
from traffic import Web

GONE, DRAINED = "flows-gone", "flows-weight-0"


def conduct(hosts, subject, report):
    hosts.vip(VIP, VIP2)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.ipvs("-A -t 10.0.0.101:80 -s rr -p 300", "-a -t 10.0.0.101:80 -r 10.0.0.3:80 -g")
    server = hosts.servers[0]
    server.run("nft", "-f", "-", text="""
        table inet counted {
            counter arrived { }
            chain early { type filter hook prerouting priority -300; tcp dport 80 counter name arrived; }
        }""")
    web = Web(hosts, [(one, virtual) for one in hosts.servers for virtual in (VIP, VIP2)], 80)
    first = web.visit(CLIENTS[0], (VIP, 80), 1001)
    second = web.visit(CLIENTS[1], (VIP2, 80), 1002)
    judge = _Judge(hosts, subject, report)
    judge.found("all destinations are there", {})
    _drain(hosts, web, report, judge, first, second)
    _remove(hosts, report, judge, first)
    _remove_persistent(hosts, report, judge)


def _drain(hosts, web, report, judge, first, second):
    hosts.ipvs("-a -t 10.0.0.101:80 -r 10.0.0.4:80 -g", "-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 0", "-e -t 10.0.0.101:80 -r 10.0.0.3:80 -g -w 0")
    found = judge.found("of weight 0", {("10.0.0.100", DRAINED): (1, 0, "info"), ("10.0.0.101", DRAINED): (1, 1, "info")})
    judge.says(found, ("10.0.0.100", DRAINED), "go on until they end")
    judge.says(found, ("10.0.0.101", DRAINED), "clients stay")
    report.check("a packet of such a connection arrives", _arrives(hosts, first))
    before = _arrived(hosts)
    web.visit(CLIENTS[1], (VIP2, 80), 1003)
    report.check("and so does the template's client with its next connection", _arrived(hosts) > before)
    hosts.director.sysctl({"net.ipv4.vs.expire_quiescent_template": 1})
    found = judge.found("the same with expire_quiescent_template=1", {("10.0.0.100", DRAINED): (1, 0, "info"), ("10.0.0.101", DRAINED): (2, 1, "info")})
    judge.says(found, ("10.0.0.101", DRAINED), "clients leave with their next connection")
    before = _arrived(hosts)
    web.visit(CLIENTS[1], (VIP2, 80), 1004)
    report.equal("which then arrives elsewhere", before, _arrived(hosts))
    hosts.ipvs("-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1")
    judge.found("with a weight again", {("10.0.0.101", DRAINED): (2, 0, "info")})
    report.check("the other stays as it was", _arrives(hosts, second))


def _remove(hosts, report, judge, first):
    hosts.director.sysctl({"net.ipv4.vs.expire_nodest_conn": 0})
    hosts.ipvs("-d -t 10.0.0.100:80 -r 10.0.0.3:80")
    found = judge.found("gone", {("10.0.0.100", GONE): (1, 0, "warning"), ("10.0.0.101", DRAINED): (2, 0, "info")})
    judge.says(found, ("10.0.0.100", GONE), "silently drops each packet")
    report.check("a packet of it does not arrive", not _arrives(hosts, first))
    report.check("and the connection is still there", ":1001" in hosts.director.run("ipvsadm", "-Lcn").stdout)
    hosts.director.sysctl({"net.ipv4.vs.expire_nodest_conn": 1})
    # What did not arrive is sent again.
    wait_for(lambda: ":1001" not in hosts.director.run("ipvsadm", "-Lcn").stdout)
    report.check("a packet of it ends it", ":1001" not in hosts.director.run("ipvsadm", "-Lcn").stdout)
    judge.found("and so nothing is left", {("10.0.0.101", DRAINED): (2, 0, "info")})


def _remove_persistent(hosts, report, judge):
    hosts.director.sysctl({"net.ipv4.vs.expire_nodest_conn": 0})
    hosts.ipvs("-D -t 10.0.0.101:80")
    found = judge.found("with its service", {(None, GONE): None})
    judge.says(found, (None, GONE), "of any service")
    report.check("which all its connections have lost", found == {} or found[None, GONE]["evidence"]["connections"] == 3, found)


def _arrived(hosts):
    shown = hosts.servers[0].run("nft", "list", "counter", "inet", "counted", "arrived").stdout
    return int(shown.split("packets")[1].split()[0])


def _arrives(hosts, made):
    """Sends something on an open connection, and waits for it and a retransmission."""
    before = _arrived(hosts)
    made.sendall(b"x")
    return wait_for(lambda: _arrived(hosts) > before, 3)


class _Judge:
    def __init__(self, hosts, subject, report):
        self.hosts, self.subject, self.report = hosts, subject, report

    def found(self, what, expected):
        """By VIP and id: connections, templates and severity; with both ways of reading."""
        if self.subject is None:
            return {}
        found = {}
        for access in ("bpf", "proc"):
            document = self.subject.flows("--netns", self.hosts.director.name, "--connections", access)
            left = [one for one in document["findings"] if one["id"] in (GONE, DRAINED)]
            found = {((one["subject"] or {}).get("address") if isinstance(one["subject"], dict) else None, one["id"]): one for one in left}
            facts = {
                key: (one["evidence"]["connections"], one["evidence"]["templates"], one["severity"]) if expected.get(key) else None
                for key, one in found.items()
            }
            self.report.equal(f"{what}: found ({access})", expected, facts)
        return found

    def says(self, found, key, words):
        if found:
            reason = found.get(key, {}).get("reason", "")
            self.report.check(f"and says: {words}", words in reason, reason)
