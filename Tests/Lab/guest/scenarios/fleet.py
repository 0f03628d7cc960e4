"""Two directors with keepalived and its sync daemon, two real servers, a filter that drops FINs, and a failover: what `fleet` says of their captures.

Judged by ss and conntrack on each real server, and by ipvsadm on each director.
"""

import json
import subprocess
import tempfile
import time

from director import CLIENTS, DIRECTOR, SERVERS, VIP
from keepalived import Keepalived
from peers import parse_connections, parse_entries
from screen import wait_for
from traffic import Web

SECOND = "10.0.0.5"
SYNC_ID = 7
# Longer than captures may differ in time.
PAUSE = 14


def conduct(hosts, subject, report):
    second = hosts.second_director(SECOND)
    _prepare(hosts, second)
    words = {"servers": SERVERS, "sync_id": SYNC_ID}
    first = Keepalived(hosts, "accept", own=DIRECTOR, partner=SECOND, **words)
    with Keepalived(hosts, "accept", director=second, own=SECOND, partner=DIRECTOR, priority=100, **words) as standby:
        with first:
            web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
            made = {port: web.visit(CLIENTS[port % 3], (VIP, 80), port) for port in range(2001, 2013)}
            wait_for(lambda: set(made) <= set(_rows(second)))
            report.check("the second director was told of all connections", set(made) <= set(_rows(second)), _rows(second))
            if subject is None:
                report.skip("what ct-inspect says (--peers-only)")
                return
            fleet = _Fleet(hosts, second, subject, report)
            fleet.judge_order()
            _end(web, made, (2001, 2002, 2003))
            fleet.judge_stuck()
            fleet.judge_untold(web)
            fleet.judge_wrong()
        wait_for(lambda: VIP in second.run("ip", "-4", "addr", "show", "dev", "eth0").stdout)
        standby.has_vip = True
        fleet.judge_failover(web)


def _prepare(hosts, second):
    hosts.vip_of_servers(VIP)
    hosts.vs_conntrack(0)
    second.sysctl({"net.ipv4.vs.conntrack": 0})
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p udp --dport 8848 -j ACCEPT", "-p 112 -j ACCEPT")
    for server in hosts.servers:
        # For conntrack's hooks; and a socket whose client's FIN is lost is to go soon.
        server.run("iptables", *"-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT".split())
        server.sysctl({"net.ipv4.tcp_fin_timeout": 2})


def _end(web, made, ports):
    """The server closes first, as a web server does: the client's FIN is INVALID on the director, and dropped."""
    for port in ports:
        web.served[made[port]].close()
    time.sleep(1)
    for port in ports:
        made.pop(port).close()


def _rows(director):
    return {row.client[1]: row for row in parse_connections(director.run("ipvsadm", "-Lcn").stdout)}


def _sockets(server):
    """The states of connections to the VIP, by the client's port."""
    rows = [line.split() for line in server.run("ss", "-Htan").stdout.splitlines()]
    return {int(row[4].rpartition(":")[2]): row[0] for row in rows if row[3] == f"{VIP}:80" and row[0] != "LISTEN"}


def _entries(server):
    entries = parse_entries(server.run("conntrack", "-L", "-o", "extended,id").stdout)
    return {entry.original[2]: entry.state for entry in entries if entry.original[1] == VIP}


class _Fleet:
    def __init__(self, hosts, second, subject, report):
        self.hosts, self.second, self.subject, self.report = hosts, second, subject, report
        self.kept = tempfile.TemporaryDirectory()

    def _keep(self, name):
        """A capture of the second director, for `diff`, with what the peers say of it."""
        capture = f"{self.kept.name}/{name}"
        self.subject.run("capture", capture, "--netns", self.second.name)
        run = self.second.run
        return capture, run("ipvsadm", "-Sn").stdout.splitlines(), run("iptables-save", "-t", "filter").stdout.splitlines()

    def _capture(self, *namespaces):
        """What the peers and `fleet` say, as the document and the text."""
        with tempfile.TemporaryDirectory() as work:
            captures = [f"{work}/{number}" for number in range(len(namespaces))]
            # At the same time, as Ansible takes them: what is read at very different times proves little.
            words = [(self.subject.program, "capture", capture, "--netns", host.name) for capture, host in zip(captures, namespaces)]
            running = [subprocess.Popen(one, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for one in words]
            self.report.equal("all captures are taken", [0] * len(running), [one.wait(timeout=300) for one in running])
            done = self.subject.run("fleet", "--json", *captures, check=False)
            text = self.subject.run("fleet", *captures, check=False)
            self.report.equal("text and JSON end alike", done.returncode, text.returncode)
            return json.loads(done.stdout), text.stdout, done.returncode

    def _all(self):
        return self._capture(self.hosts.director, self.second, *self.hosts.servers)

    def _name(self, host):
        return f"lb1/{host.name}"

    def _judge_connections(self, document, director):
        """Each verdict, by what the director's ipvsadm and the real servers' ss say."""
        rows, served = _rows(director), {server: _sockets(server) for server in self.hosts.servers}
        entries = {port: state for server in self.hosts.servers for port, state in _entries(server).items()}
        wanted, found = {}, {}
        for port, row in rows.items():
            server = self.hosts.servers[SERVERS.index(row.destination[0])]
            state = served[server].get(port)
            wanted[port] = ("open" if state == "ESTAB" else "stuck", row.state, state, self._name(server), entries.get(port))
        for one in document["connections"]:
            if one["director"] == self._name(director):
                found[one["client"]["port"]] = (one["verdict"], one["ipvs_state"], one["socket"], one["server"], one["entry_state"])
        self.report.equal("each connection is what ipvsadm, ss and conntrack say", wanted, found)
        return rows

    def judge_order(self):
        document, text, status = self._all()
        report = self.report
        self.before = self._keep("before")
        report.equal("all is in order", ([], 0), ([one["id"] for one in document["findings"] if one["severity"] != "info"], status))
        report.equal("and complete", (True, []), (document["complete"], document["losses"]))
        roles = {one["name"]: one["roles"] for one in document["hosts"]}
        wanted = {self._name(self.hosts.director): ["director"], self._name(self.second): ["backup director"]}
        wanted |= {self._name(server): ["real server"] for server in self.hosts.servers}
        report.equal("who is who", wanted, roles)
        rows = self._judge_connections(document, self.hosts.director)
        told = {one["client"]["port"] for one in document["connections"] if one["backups"] == [self._name(self.second)]}
        report.equal("the backup has those that its ipvsadm lists", set(rows) & set(_rows(self.second)), told)
        clocks = [clock for host in document["hosts"] for clock in host["clocks"]]
        report.check(
            "all clocks are the same, as connections show",
            len(clocks) == 2 and all(abs(clock["milliseconds_ahead"]) < 3000 and clock["connections"] >= 3 for clock in clocks), clocks)
        report.check("the text says so", "Nothing is wrong" in text and "backup director" in text, text)

    def judge_stuck(self):
        time.sleep(PAUSE)
        wait_for(lambda: not any({2001, 2002, 2003} & set(_sockets(server)) for server in self.hosts.servers))
        document, text, status = self._all()
        rows = self._judge_connections(document, self.hosts.director)
        stuck = {one["client"]["port"] for one in document["connections"] if one["verdict"] == "stuck"}
        self.report.equal("those that ended for their real servers are stuck", {2001, 2002, 2003} & set(rows), stuck)
        found = [one for one in document["findings"] if one["id"] == "stuck-on-director"]
        self.report.equal("a finding counts them", ([3], 1), ([one["evidence"]["connections"] for one in found], status))
        lines = [line for line in text.splitlines() if "no socket" in line]
        self.report.check("the text names each", len(lines) == 3 and all("ESTABLISHED on lb1/fleet-lb, no packet for" in line for line in lines), text)

    def judge_untold(self, web):
        """The backup's filter drops what the master tells."""
        self.second.run("iptables", *"-A INPUT -p udp --dport 8848 -j DROP".split())
        for port in (3001, 3002):
            web.visit(CLIENTS[0], (VIP, 80), port)
        time.sleep(PAUSE)
        document, _, _ = self._all()
        rows, told = _rows(self.hosts.director), _rows(self.second)
        missing = {one["client"]["port"] for one in document["connections"] if one["missing_on"] == [self._name(self.second)]}
        self.report.equal("what the backup's ipvsadm lacks is missing", ({3001, 3002}, set(rows) - set(told)), (missing, missing))
        found = [one for one in document["findings"] if one["id"] == "missing-on-backup"]
        self.report.equal("a finding counts them", [2], [one["evidence"]["connections"] for one in found])

    def judge_wrong(self):
        """One thing after another is not as it should be."""
        servers = self.hosts.servers
        servers[1].ip(f"addr del {VIP}/32 dev lo")
        servers[0].sysctl({"net.ipv4.conf.all.arp_ignore": 0})
        self.second.ip(f"addr add {VIP}/32 dev eth0")
        self.second.run("ipvsadm", *f"-e -t {VIP}:80 -r {SERVERS[0]}:80 -g -w 5".split())
        document, text, _ = self._all()
        found = {one["id"]: one["hosts"] for one in document["findings"]}
        wanted = {
            "vip-missing-rs": [self._name(servers[1]), self._name(self.hosts.director)],
            "arp-flux-rs": [self._name(servers[0]), self._name(self.hosts.director)],
            "vip-two-owners": [self._name(self.hosts.director), self._name(self.second)],
            "services-differ": [self._name(self.hosts.director), self._name(self.second)],
        }
        self.report.equal("what is wrong is found, and where", wanted, {name: hosts for name, hosts in found.items() if name in wanted})
        self.report.check("the text shows the weights", "weight 1 -> 5" in text, text)
        self._judge_difference()
        servers[1].ip(f"addr add {VIP}/32 dev lo")
        servers[0].sysctl({"net.ipv4.conf.all.arp_ignore": 1})
        self.second.ip(f"addr del {VIP}/32 dev eth0")
        self.second.run("ipvsadm", *f"-e -t {VIP}:80 -r {SERVERS[0]}:80 -g -w 1".split())

    def _judge_difference(self):
        """What `diff` says of the second director, by what the peers listed then and list now."""
        (old, services, rules), (new, later_services, later_rules) = self.before, self._keep("after")
        done = self.subject.run("diff", "--json", old, new, check=False)
        document = json.loads(done.stdout)
        changed = [line.split() for line in set(later_services) - set(services)]
        wanted = sorted(f"{line[4]} {line[line.index('-w') + 1]}" for line in changed)
        found = [
            f"{server['address']}:{server['port']} {change['after']}"
            for service in document["services"] for server in service["destinations"] for change in server["properties"] if change["name"] == "weight"
        ]
        self.report.equal("diff has the weights that ipvsadm has", (wanted, 1), (sorted(found), done.returncode))
        added = [line for line in later_rules if line.startswith("-A") and line not in rules]
        shown = [rule for rule in document["rules"] if rule["change"] == "added" and rule["table"] == "filter" and rule["rule"].endswith("drop")]
        self.report.check("diff has the rule that iptables has", len(added) == len(shown) == 1 and "8848" in shown[0]["rule"], (added, document["rules"]))

    def judge_failover(self, web):
        """keepalived has ended on the first director, and the second one has the VIP: it knows what it was told."""
        time.sleep(PAUSE)
        document, text, status = self._capture(self.second, *self.hosts.servers)
        rows = _rows(self.second)
        open_ports = {port for server in self.hosts.servers for port, state in _sockets(server).items() if state == "ESTAB"}
        lost = {one["client"]["port"] for one in document["connections"] if one["verdict"] == "lost"}
        self.report.equal("lost is what is open on real servers, and unknown to the director", ({3001, 3002}, open_ports - set(rows)), (lost, lost))
        self.report.check("as the text says", status == 1 and text.count("on no director") == 2, text)
        roles = {one["name"]: one["roles"] for one in document["hosts"]}
        self.report.equal("the second is the director now", ["director"], roles[self._name(self.second)])
        client = {made.getsockname()[1]: made for made in web.served if made.fileno() >= 0}
        client[2005].sendall(b"more")
        self.report.equal("a connection that was told works on", b"more", web.served[client[2005]].recv(16))
        try:
            outcome = web.hopes(client[3001], 20)
        except ConnectionResetError:
            outcome = "RST"
        self.report.equal("a lost one is reset", "RST", outcome)
