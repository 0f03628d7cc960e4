"""A director is recorded while things happen to it; the recorder is killed and goes on; its record is read again, and shown by watch.

What became of each flow is judged by ipvsadm, who changed the rules by who did, the drops by the filter's own counters; what watch shows of a
moment, by what ipvsadm said then.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from datetime import datetime, timezone

from director import CLIENTS, VIP
from filters import drops
from namespace import end_process
from origin import write_record
from peers import Peers
from screen import Screen, end, head, table, wait_for
from traffic import Datagrams, Web

RECORD = "/run/record"
HOST = "lb1"
BOUND = 180  # seconds
SETTLED = 8  # seconds after a change, in which nothing else happens: it has been recorded by then
SERVICE = ("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1")
NAMES = ("-A -u 10.0.0.100:53 -s rr", "-a -u 10.0.0.100:53 -r 10.0.0.3:53 -g")


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p udp --dport 53 -j ACCEPT")
    hosts.ipvs(*SERVICE, *NAMES, "--set 900 120 3")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    names = Datagrams(hosts, [(hosts.servers[0], VIP)], 53)
    first = web.visit(CLIENTS[0], (VIP, 80), 1001)
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    recorder = _Recorder(hosts, subject, report)
    recorder.start()
    _judge_flows(hosts, report, recorder, web, names, first)
    _judge_changes(hosts, report, recorder)
    _judge_kill(hosts, report, recorder)
    _judge_drops(hosts, report, recorder, web)
    _judge_end(report, recorder)
    _judge_moments(report, recorder)
    _judge_keys(hosts, subject, report, recorder)
    write_record(HOST, recorder.replay("--json").stdout)


def _judge_flows(hosts, report, recorder, web, names, first):
    recorder.sees("the connection that was there is found", record="flow", change="found", port=1001, verdict="absent")
    second = web.visit(CLIENTS[1], (VIP, 80), 1002)
    recorder.sees("one that begins", record="flow", change="began", port=1002, verdict="never")
    web.leave(first)
    recorder.sees("one whose FIN is dropped is stuck", record="flow", change="stuck", port=1001, stuck="end_dropped")
    report.check("for IPVS it is ESTABLISHED", _listed(hosts, 1001, "ESTABLISHED"))
    hosts.open.append(names.ask(CLIENTS[0], (VIP, 53), 1003))
    recorder.sees("a datagram's flow begins", record="flow", change="began", port=1003)
    recorder.sees("and ends", record="flow", change="ended", port=1003)
    report.check("for IPVS it has", not _listed(hosts, 1003))
    report.check("others have not", not recorder.lines(record="flow", change="ended", port=1002), second)
    recorder.remember("before changes")


def _listed(hosts, port, state=""):
    return any(f":{port} " in line and state in line for line in hosts.director.run("ipvsadm", "-Lcn").stdout.splitlines())


def _judge_changes(hosts, report, recorder):
    hosts.ipvs("-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 0")
    changed = recorder.sees("a real server with another weight", record="server", change="changed")
    report.equal("from 1 to 0", [("weight", "1", "0")], [(one["name"], one["before"], one["after"]) for one in changed[0]["properties"]] if changed else None)
    hosts.ipvs("-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g", "--set 800 0 0")
    recorder.sees("another real server", record="server", change="added", address="10.0.0.4")
    recorder.sees("a timeout", record="ipvs", name="timeout_tcp", before="900", after="800")
    hosts.vs_conntrack(1)
    recorder.sees("a sysctl", record="setting", name="net.ipv4.vs.conntrack", before="0", after="1")
    hosts.vs_conntrack(0)
    before = len(recorder.lines(record="ruleset"))
    hosts.director.run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "9", "-j", "DROP")
    commits = wait_for(lambda: recorder.lines(record="ruleset")[before:], BOUND)
    report.equal("who changed the rules", {"iptables"}, {one["process"] for one in commits})
    recorder.remember("after changes")
    report.check("findings are raised", recorder.lines(record="finding", change="raised"))


def _judge_kill(hosts, report, recorder):
    """Nothing written is lost, whatever the recorder was doing, and it goes on in the same directory."""
    recorder.process.send_signal(signal.SIGKILL)
    recorder.process.wait()
    lines = recorder.lines()
    replayed = recorder.replay("--json")
    report.equal("SIGKILL: every complete line is read", len(lines), len(replayed.stdout.splitlines()))
    report.equal("nothing of it is left in the kernel", [], [line for line in hosts.director.run("nft", "list", "tables").stdout.splitlines() if "ct-inspect" in line])
    recorder.start()
    recorder.sees("it goes on", record="start", segment=2)
    report.check("with what was there before", recorder.lines()[:len(lines)] == lines)
    second = recorder.run("record", "--to", RECORD)
    report.check("a second recorder in it is refused", second.returncode == 74 and second.stderr.count("\n") == 1, (second.returncode, second.stderr))


def _judge_drops(hosts, report, recorder, web):
    """Dropped ICMP errors and FINs of more than a minute: all of them are told, minute by minute."""
    recorder.sees("a minute", record="minute")
    hosts.ipvs("-d -t 10.0.0.100:80 -r 10.0.0.4:80", "-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1")
    for port in (1010, 1011):
        web.leave(web.visit(CLIENTS[1], (VIP, 80), port))
    recorder.remember("after the kill")
    counted = {drop.place: drop.packets for drop in drops(hosts.director)}
    wait_for(lambda: any("rule" in one for one in recorder.lines(record="drops")), BOUND)
    seen = recorder.lines(record="drops")
    report.check("drops of the minute", any(one.get("class") == "fin" and one.get("ctstate") == "INVALID" for one in seen), seen)
    rules = [one["rule"] for one in seen if "rule" in one]
    places = {f"{family} {table} {chain} handle {handle}" for family, table, chain, handle in counted}
    report.check("and the rule that dropped them", rules and set(rules) <= places, (rules, places))


def _judge_end(report, recorder):
    recorder.end()
    manifest = json.load(open(f"{RECORD}/manifest.json", encoding="utf-8"))
    files = sorted(name for name in os.listdir(RECORD) if ".jsonl" in name)
    report.equal("the manifest lists what is there", files, sorted(one["name"] for one in manifest["segments"]))
    report.check("compressed", all(name.endswith((".zst", ".gz")) for name in files), files)
    lines = recorder.lines()
    report.equal("with as many lines", len(lines), sum(one["lines"] for one in manifest["segments"]))
    report.equal("the last line says that it ended", "end", lines[-1]["record"])
    text = recorder.replay("--filter", "kind=flow stuck").stdout.splitlines()
    report.check("replay: a flow that was stuck", any("flow stuck" in line and ":1001 >" in line for line in text), text)
    since = recorder.replay("--since", lines[-1]["time"]).stdout.splitlines()
    report.check("replay --since", len(since) == 1 and since[0].endswith("recording ended"), since)


def _judge_moments(report, recorder):
    """Each moment is as ipvsadm had it then, whatever came before and after."""
    for name, (moment, connections, weights) in recorder.moments.items():
        flows = recorder.watch("flows", "--at", moment)
        rows = [tuple(end(row[title]) for title in ("CLIENT", "VIRTUAL", "DESTINATION")) for row in table(flows, "PROTO")]
        report.equal(f"watch --record, {name}: its connections", connections, sorted(rows))
        servers = {(end(row["SERVER"]), row["WEIGHT"]) for row in table(recorder.watch("servers", "--at", moment), "SERVER")}
        report.equal(f"{name}: its real servers and their weights", weights, servers)
    stuck = recorder.watch("flows", "--at", recorder.moments["before changes"][0], "--filter", "stuck")
    report.equal("the one whose FIN was dropped is stuck", [1001], [end(row["CLIENT"])[1] for row in table(stuck, "PROTO")])


def _judge_keys(hosts, subject, report, recorder):
    """The same in a terminal, with keys."""
    screen = Screen(140, 40)
    hosts.open.append(screen)
    screen.enter(f"clear; {subject.program} watch --record {RECORD} --no-config --tab servers")
    screen.see(report, "watch --record shows its end", lambda text: "its end" in head(text))
    moment, _, weights = recorder.moments["before changes"]
    screen.keys("b", "C-u")
    screen.enter(moment)
    screen.see(report, "b goes to a time", lambda text: f"record: {moment}," in head(text))
    report.equal("the weights are those of then", weights, {(end(row["SERVER"]), row["WEIGHT"]) for row in table(screen.seen, "SERVER")})

    def has_changed():
        screen.keys(")")
        return screen.until(lambda text: any(row["WEIGHT"] == "0" for row in table(text, "SERVER")), 2)

    report.check(") goes to what happened next, of which another weight is one", any(has_changed() for _ in range(20)), screen.seen)
    screen.keys("(")
    screen.see(report, "( goes back", lambda text: "before its end" in head(text) and all(row["WEIGHT"] != "0" for row in table(text, "SERVER")))
    screen.keys("q")
    screen.ask("true")


class _Recorder:
    def __init__(self, hosts, subject, report):
        self.hosts, self.subject, self.report = hosts, subject, report
        self.complaints = tempfile.TemporaryFile("w+")
        self.moments = {}
        hosts.open.append(self)

    def start(self):
        named = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', HOST)
        words = (*named, self.subject.program, "record", "--netns", self.hosts.director.name, "--to", RECORD, "--interval", "1s", "--observe")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=self.complaints)

    def close(self):
        end_process(self.process, 60)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.report.equal("SIGTERM: it ends", 0, self.process.wait(BOUND))
        self.complaints.seek(0)
        self.report.equal("and has complained of nothing", "", self.complaints.read())

    def remember(self, name):
        """What ipvsadm says now, and a moment at which the record does, too."""
        time.sleep(SETTLED)
        peers = Peers(self.hosts.director)
        moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        time.sleep(SETTLED / 4)
        weights = {((one.address, one.port), str(one.weight)) for service in peers.services for one in service.destinations}
        self.moments[name] = (moment, sorted((one.client, one.virtual, one.destination) for one in peers.connections), weights)

    def watch(self, tab, *options):
        """A printed screen of the record; where a terminal has its keys is an empty line."""
        screen = {**os.environ, "COLUMNS": "160", "LINES": "60", "LC_ALL": "C.UTF-8"}
        words = (self.subject.program, "watch", "--record", RECORD, "--once", "--no-config", "--tab", tab, *options)
        return subprocess.run(words, env=screen, capture_output=True, text=True, check=True, timeout=BOUND).stdout + "\n"

    def run(self, *words):
        return self.subject.run(*words, "--netns", self.hosts.director.name, check=False)

    def replay(self, *options):
        return self.subject.run("replay", RECORD, *options, check=False)

    def lines(self, port=None, address=None, **wanted):
        """Those with these members; the port is the client's, the address the real server's."""
        found = []
        for line in self.replay("--json").stdout.splitlines():
            value = json.loads(line)
            if port is not None and value.get("client", {}).get("port") != port:
                continue
            if address is not None and (value.get("destination") or {}).get("address") != address:
                continue
            if all(value.get(name) == one for name, one in wanted.items()):
                found.append(value)
        return found

    def sees(self, what, **wanted):
        found = wait_for(lambda: self.lines(**wanted), BOUND)
        self.report.check(what, found, wanted)
        return found
