"""A watch distinguishes flows that never had an entry from those that merely have none now, or that began before it.

`conntrack -E -e NEW` listens at the same time for comparison: it sees no NEW for flows that ct-inspect calls never, and those for
which it sees one are not called never.
"""

import json
import os
import select
import signal
import subprocess
import time

from director import CLIENTS, VIP
from traffic import Web

BOUND = 90  # seconds; an emulated host can be slow


class Follower:
    """A program that prints lines, which are read one at a time, with a limit on each wait."""

    def __init__(self, *words, inside=None):
        def begin():
            self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)

        if inside is None:
            begin()
        else:
            with inside.inside():
                begin()
        self.rest = b""

    def line(self, bound=BOUND):
        """The next line; None if none arrives in time or the program has exited."""
        end = time.monotonic() + bound
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                return None
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def lines_until(self, wanted, bound=BOUND):
        """The lines up to and including the first wanted one."""
        end, lines = time.monotonic() + bound, []
        while time.monotonic() < end:
            line = self.line(end - time.monotonic())
            if line is None:
                break
            lines.append(line)
            if wanted(line):
                break
        return lines

    def stop(self):
        """Interrupts it; returns its status and its remaining output."""
        self.process.send_signal(signal.SIGINT)
        rest = self.rest + self.process.communicate(timeout=BOUND)[0]
        return self.process.returncode, rest.decode().splitlines()


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    hosts.older = hosts.web.visit(CLIENTS[0], (VIP, 80))


def reality(peers, report):
    report.equal("one connection is older than the watch", 1, len(peers.connections))


def _flows(lines, port):
    """The flows with a client port in the lines."""
    told = [json.loads(line) for line in lines]
    return [one["flow"] for one in told if one["event"] == "flow" and one["flow"]["client"]["port"] == port]


def beyond(hosts, subject, live, report):
    judge = Follower("conntrack", "-E", "-e", "NEW", inside=hosts.director)
    time.sleep(1)
    watch = Follower(subject.program, "flows", "--follow", "--json", "--interval", "500ms", "--netns", hosts.director.name)
    begun = [json.loads(line) for line in watch.lines_until(lambda line: '"event":"flow"' in line)]
    report.equal("the watch begins with the older flow", ["start", "flow"], [one["event"] for one in begun])
    report.equal("which is absent, as it may have had an entry", ["absent"], [one["flow"]["verdict"] for one in begun[1:]])

    young = hosts.web.visit(CLIENTS[1], (VIP, 80)).getsockname()[1]
    nevers = _flows(watch.lines_until(lambda line: f'"port":{young}' in line), young)
    report.equal("a flow that began during the watch is never", ["never"], [one["verdict"] for one in nevers])
    for one in nevers:
        evidence = one["evidence"]
        report.check("its evidence spans the watch, with no loss", evidence["from"] < evidence["to"] and evidence["losses"] == 0, evidence)

    hosts.vs_conntrack(1)
    tracked = hosts.web.knock(CLIENTS[0], (VIP, 80)).getsockname()[1]
    verdicts = [one["verdict"] for one in _flows(watch.lines_until(lambda line: f'"port":{tracked}' in line), tracked)]
    report.equal("with vs.conntrack=1 the next flow has an entry", ["unreplied"], verdicts)
    hosts.vs_conntrack(0)
    status, rest = watch.stop()
    end = json.loads(rest[-1])
    report.equal("SIGINT ends it with its summary", (0, "end", 1, 1), (status, end["event"], end["never"], end["unreplied"]))

    seen = "\n".join(judge.stop()[1])
    report.check("conntrack -E saw no NEW for the flow that is never", f"sport={young} " not in seen, seen)
    report.check("and one for the other", f"sport={tracked} " in seen, seen)
    _for_a_while(hosts, subject, report)


def _for_a_while(hosts, subject, report):
    watch = Follower(subject.program, "flows", "--for", "12s", "--json", "--netns", hosts.director.name)
    time.sleep(6)
    young = hosts.web.visit(CLIENTS[1], (VIP, 80)).getsockname()[1]
    document = json.loads(watch.line())
    report.equal("--for exits on its own", 0, watch.process.wait(BOUND))
    verdicts = {flow["client"]["port"]: flow["verdict"] for flow in document["flows"]}
    report.equal("with --for the young flow is never", "never", verdicts.get(young))
    report.equal("and the oldest is absent", "absent", verdicts.get(hosts.older.getsockname()[1]))
    report.equal("the service counts it", [1], [one["never"] for one in document["services"]])
    watched = document["watch"]
    report.check("the document says what was watched", watched["losses"] == 0 and watched["from"] < watched["to"], watched)
    text = subject.run("flows", "--for", "1s", "--netns", hosts.director.name).stdout
    report.check("a watch shorter than every flow reports none as never", " never" not in text and "older than the watch" in text, text)
