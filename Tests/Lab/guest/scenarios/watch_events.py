"""The tabs Table, Events and Health match conntrack -L, conntrack -E and /proc; losses are reported and recovered.

The table is filled by a DR flow with net.ipv4.vs.conntrack=1, and by entries created with conntrack(8).
"""

import itertools
import json
import os
import re
import socket
import subprocess

from director import CLIENTS, VIP
from peers import Peers, parse_entries
from screen import Screen, table, wait_for
from traffic import Web

BURST = 3000
EXPORTS = itertools.count(1)
OWN_END = "10.0.0.11:5555"
OWN = "-p tcp -s 10.0.0.11 -d 10.0.0.100 --sport 5555 --dport 80"
MADE = (
    f"-I {OWN} --state SYN_SENT -t 600",
    "-I -p udp -s 10.0.0.12 -d 10.0.0.100 --sport 5556 --dport 53 -t 600",
    "-I -p tcp -s 2001:db8::11 -d 2001:db8::100 --sport 5557 --dport 80 --state ESTABLISHED -u ASSURED -t 600",
)


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.director.sysctl({"net.netfilter.nf_conntrack_udp_timeout": 600})
    Web(hosts, [(hosts.servers[0], VIP)], 80).knock(CLIENTS[0], (VIP, 80))
    for line in MADE[1:]:
        hosts.director.run("conntrack", *line.split())
    report.equal("conntrack has three entries", 3, len(Peers(hosts.director).entries))
    if subject is None:
        report.skip("what ct-inspect shows (--peers-only)")
        return
    screen = Screen(200, 50)
    hosts.open.append(screen)
    # The smallest possible buffer, so that a burst overflows it.
    screen.start(f"{subject.program} watch --netns {hosts.director.name} --buffer 4K")
    _judge_table(hosts, report, screen)
    _judge_events(hosts, report, screen)
    _judge_burst(hosts, report, screen)
    _judge_health(hosts, report, screen)


def _point(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _ends(entry):
    source, destination, *ports = entry.original
    return (entry.protocol, _point(source, ports[0]), _point(destination, ports[1]))


def _judge_table(hosts, report, screen):
    screen.keys("5")
    wanted = sorted(map(_ends, Peers(hosts.director).entries))
    screen.see(report, "tab 5 has the entries of conntrack -L and no other", lambda text: wanted == sorted(
        (row["PROTO"], row["SOURCE"], row["DESTINATION"]) for row in table(text, "PROTO")))


class Listener:
    """conntrack -E in the director, which receives events once this is created."""

    def __init__(self, director):
        # Opened twice: reading from the writer's descriptor would move its write position.
        with open("/tmp/watch-events", "w", encoding="ascii") as written, director.inside():
            self.process = subprocess.Popen(["conntrack", "-E", "-o", "extended,id"], stdout=written, stderr=subprocess.DEVNULL)
        self.file = open("/tmp/watch-events", encoding="ascii")
        probe = "-p tcp -s 10.0.0.12 -d 10.0.0.100 --sport 1 --dport 1".split()

        def hears():
            director.run("conntrack", "-I", *probe, "--state", "SYN_SENT", "-t", "60")
            director.run("conntrack", "-D", *probe)
            return self.lines()

        wait_for(hears)

    def lines(self, *wanted):
        self.file.seek(0)
        return [_told(line) for line in self.file if line.endswith("\n") and all(word in line for word in wanted)]

    def close(self):
        self.process.kill()
        self.process.wait()


def _told(line):
    """The content of a line of conntrack -E -o extended, as words: kind, protocol, endpoints, state, whether it is unreplied, mark."""
    entry = parse_entries(line[line.index("ipv"):])[0]
    words = [line[line.index("["):line.index("]") + 1], *_ends(entry), entry.state, "UNREPLIED" if entry.unreplied else ""]
    return [word for word in (*words, f"mark={entry.mark}" if entry.mark else "") if word]


def _shown(text):
    """The same for the lines on the screen about our own entry; conntrack does not show that an entry is dying."""
    lines = [line[line.index("["):].replace(",DYING", "") for line in text.splitlines() if OWN_END in line]
    return [[word for word in line.split() if any(map(str.isalnum, word))] for line in lines]


def _judge_events(hosts, report, screen):
    screen.keys("6")
    screen.until(lambda text: "[6 Events]" in text)
    listener = Listener(hosts.director)
    try:
        for words in (MADE[0], f"-U {OWN} --mark 7", f"-D {OWN}"):
            hosts.director.run("conntrack", *words.split())
        wait_for(lambda: len(listener.lines("sport=5555")) >= 3)
        wanted = listener.lines("sport=5555")
    finally:
        listener.close()
    kinds = [words[0] for words in wanted]
    report.equal("conntrack -E shows that an entry is created, changed and deleted", ["[NEW]", "[UPDATE]", "[DESTROY]"], kinds)
    screen.until(lambda text: _shown(text) == wanted)
    report.equal("tab 6 shows the same", wanted, _shown(screen.seen))


def _judge_burst(hosts, report, screen):
    """Lines that are not events pass every filter, so they stay on the screen."""
    screen.keys("/")
    screen.enter("kind=destroy")
    with hosts.director.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for port in range(10_000, 10_000 + BURST):
            sender.sendto(b"burst", ("127.0.0.1", port))
    screen.see(report, f"a burst of {BURST} overflows 4K: [LOST], followed by [RESYNC]", _is_mended)
    drops = [int(line.split()[8]) for line in hosts.director.read("/proc/net/netlink").splitlines()[1:] if line.split()[1] == "12"]
    report.check("/proc/net/netlink has counted the loss", max(drops, default=0) > 0, drops)
    screen.keys("5")
    wait_for(lambda: len(_exported(screen)) >= BURST)
    report.same_set(
        "afterwards the table matches conntrack -L", [entry.original for entry in Peers(hosts.director).entries], _exported(screen))


def _is_mended(text):
    kinds = re.findall(r"\[(LOST|RESYNC)\]", text)
    return "LOST" in kinds and kinds[-1:] == ["RESYNC"]


def _exported(screen):
    """The tuples of the entries that x exports from the table.

    Each export has a file of its own: the notice of the one before may still be on the screen.
    """
    path = f"/tmp/watch-events-{next(EXPORTS)}.jsonl"
    screen.keys("x", "C-u")
    screen.enter(path)
    screen.until(lambda text: f"to {path}" in text)
    with open(path, encoding="utf-8") as file:
        entries = [json.loads(line)["original"] for line in file]
    os.remove(path)
    return [(one["source"], one["destination"], one.get("source_port"), one.get("destination_port")) for one in entries]


def _judge_health(hosts, report, screen):
    screen.keys("8")

    def kernel():
        return tuple(int(hosts.director.read(f"/proc/sys/net/netfilter/nf_conntrack_{name}")) for name in ("count", "max"))

    def agrees(text):
        found = re.search(r"^Table .* (\d+) of (\d+) \(", text, re.M)
        return found and tuple(map(int, found.groups())) == kernel()

    screen.see(report, f"tab 8 has the entries and the limit of /proc ({kernel()[0]})", agrees)
    screen.see(report, "and the loss", lambda text: re.search(r"^Events +[1-9]\d* loss(es)? of events.* [1-9]\d* resync", text, re.M))
