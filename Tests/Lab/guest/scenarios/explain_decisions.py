"""explain says what IPVS does with packets of connections that it never had, has lost, or that ended, and observe why some do not come out of it.

Both are judged by rules that count what leaves the director. explain knows DCCP's own states, too.
"""

import json
import socket
import struct

from counters import CTSTATES
from director import CLIENTS, SERVERS, VIP, VIP2
from observing import Watch
from screen import wait_for
from traffic import BOUND, send_chunk, send_dccp, send_segment

SYN, RST, ACK, FIN = 0x02, 0x04, 0x10, 0x01
# What leaves the director, counted by rules that do not depend on nf_tables.
EFFECTS = {
    "forwarded": ("POSTROUTING", f"-d {VIP}"), "forwarded 2": ("POSTROUTING", f"-d {VIP2}"), "tunnelled": ("POSTROUTING", f"-d {SERVERS[0]} -p 4"),
    "nat": ("POSTROUTING", f"-d {SERVERS[0]} -p tcp --dport 80"),
    "rst": ("OUTPUT", f"-s {VIP} -p tcp --tcp-flags RST RST"), "rst 2": ("OUTPUT", f"-s {VIP2} -p tcp --tcp-flags RST RST"),
    "too large": ("OUTPUT", "-p icmp --icmp-type fragmentation-needed"),
    "port unreachable": ("OUTPUT", "-p icmp --icmp-type port-unreachable"),
    "protocol unreachable": ("OUTPUT", "-p icmp --icmp-type protocol-unreachable"),
    "abort": ("OUTPUT", f"-s {VIP} -p sctp"),
}
GOES_ON = ("forwarded", "nat")
DCCP_STATES = {f"dccp {state}": ("PREROUTING", f"-p dccp -m conntrack --ctstate {state}") for state in CTSTATES}


class Effects:
    """What packets led to: the names of the rules that counted them."""

    def __init__(self, director, effects):
        self.director, self.names = director, list(effects)
        rules = [f'-A {chain} {match} -m comment --comment "{name}"' for name, (chain, match) in effects.items()]
        director.run("iptables-legacy-restore", "-n", text="\n".join(["*mangle", *rules, "COMMIT"]) + "\n")

    def read(self):
        found = {}
        for line in self.director.run("iptables-legacy-save", "-c", "-t", "mangle").stdout.splitlines():
            for name in self.names:
                if line.endswith((f"--comment {name}", f'--comment "{name}"')):
                    found[name] = int(line[1:].split(":")[0])
        return found

    def of(self, deed):
        """The name of what came of a deed; None for nothing within some seconds."""
        before = self.read()
        deed()
        wait_for(lambda: self.read() != before, bound=4)
        after = self.read()
        return "+".join(name for name in self.names if after[name] != before[name]) or None


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p sctp -j ACCEPT", "-p dccp -j ACCEPT", cured=True)
    # The stacks of the client and the real servers, whose packets have no owner, answer none of the crafted ones.
    for host in (hosts.client, *hosts.servers):
        host.run("iptables-legacy", *"-A OUTPUT -p tcp --tcp-flags RST RST -m owner ! --uid-owner 0 -j DROP".split())
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    hosts.ipvs("-A --sctp-service 10.0.0.100:80 -s rr", "-a --sctp-service 10.0.0.100:80 -r 10.0.0.3:80 -g")
    trial = Trial(hosts, subject, report)
    without_connection(trial)
    ended(trial)
    lost(trial)
    Observed(trial).all()
    by_nat(trial)
    dccp(hosts, subject, report)


class Trial:
    """Sends a packet, and compares what came of it with what explain predicts."""

    def __init__(self, hosts, subject, report):
        self.hosts, self.subject, self.report = hosts, subject, report
        self.effects = Effects(hosts.director, EFFECTS)
        self.port = 20_000

    def sysctl(self, **values):
        self.hosts.director.sysctl({f"net.ipv4.vs.{name}": value for name, value in values.items()})

    def client(self, is_new=True):
        self.port += 1 if is_new else 0
        return (CLIENTS[0], self.port)

    def segment(self, flags, is_new=True):
        source = self.client(is_new)
        return lambda: send_segment(self.hosts.client, source, (VIP, 80), flags)

    def chunk(self, kind):
        source = self.client()
        return lambda: send_chunk(self.hosts.client, source, (VIP, 80), kind, tag=7)

    def open(self):
        """A connection that is ESTABLISHED to IPVS."""
        self.segment(SYN)()
        self.segment(ACK, is_new=False)()
        wait_for(lambda: f":{self.port} " in self.connections("ESTABLISHED"))

    def connections(self, state):
        listing = self.hosts.director.run("ipvsadm", "-Lcn").stdout.splitlines()
        return "\n".join(line for line in listing if f" {state} " in line)

    def compare(self, what, deed, wanted, *words):
        """`wanted` is what IPVS does, as explain --json has it."""
        came = self.effects.of(deed)
        answers = {"leaves-to-host": ("rst", "protocol unreachable", "abort"), "rejects": ("port unreachable",), "drops": (None,), "drops-once": (None,)}
        self.report.check(f"{what}: in fact {wanted}", came in answers.get(wanted, GOES_ON), came)
        if self.subject is None:
            return
        said = self.subject.run("explain", "--json", *words, "--netns", self.hosts.director.name)
        self.report.equal(f"{what}: explain says so", [wanted], [walk["ipvs"] for walk in json.loads(said.stdout)["walks"]])


def without_connection(trial):
    trial.compare("an ACK without a connection", trial.segment(ACK), "leaves-to-host", "--flags", ".", "--connection", "none")
    trial.compare("a HEARTBEAT without one", trial.chunk(4), "leaves-to-host", "--chunk", "heartbeat", "--connection", "none")
    trial.sysctl(sloppy_tcp=1, sloppy_sctp=1)
    trial.compare("an ACK with sloppy_tcp=1", trial.segment(ACK), "opens", "--flags", ".", "--connection", "none")
    trial.compare("a HEARTBEAT with sloppy_sctp=1", trial.chunk(4), "opens", "--chunk", "heartbeat", "--connection", "none")
    trial.sysctl(sloppy_tcp=0, sloppy_sctp=0)


def ended(trial):
    trial.open()
    trial.segment(RST, is_new=False)()
    wait_for(lambda: f":{trial.port} " in trial.connections("CLOSE"))
    trial.compare("a SYN to a connection in CLOSE", trial.segment(SYN, is_new=False), "reopens", "--flags", "S", "--connection", "close")
    trial.open()
    trial.compare("a SYN to one in ESTABLISHED", trial.segment(SYN, is_new=False), "continues", "--flags", "S", "--connection", "established")


def lost(trial):
    weightless, gone = "-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 0", "-d -t 10.0.0.100:80 -r 10.0.0.3:80"
    trial.open()
    trial.hosts.ipvs(weightless)
    words = ("--connection", "established", "--destination", "quiesced")
    trial.compare("an ACK to a destination of weight 0", trial.segment(ACK, is_new=False), "continues", "--flags", ".", *words)
    trial.compare("a new SYN with no other", trial.segment(SYN), "rejects", "--flags", "S", "--connection", "none", "--destination", "quiesced")
    trial.hosts.ipvs("-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1")
    trial.open()
    trial.hosts.ipvs(gone)
    words = ("--connection", "established", "--destination", "gone")
    trial.compare("an ACK to a destination that is gone", trial.segment(ACK, is_new=False), "drops", "--flags", ".", *words)
    trial.sysctl(expire_nodest_conn=1)
    trial.compare("the same with expire_nodest_conn=1", trial.segment(ACK, is_new=False), "leaves-to-host", "--flags", ".", *words)
    trial.sysctl(expire_nodest_conn=0)


class Observed:
    """Why packets do not come out of IPVS, by observe: of a service of its own, which has had no connection yet."""

    def __init__(self, trial):
        self.trial, self.hosts, self.report = trial, trial.hosts, trial.report
        self.hosts.vip(VIP2)
        self.hosts.tunnels()

    def all(self):
        self.hosts.ipvs(f"-A -t {VIP2}:80 -s rr", f"-a -t {VIP2}:80 -r {SERVERS[0]}:80 -g -w 0")
        self.lost("a SYN without a destination", SYN, "port unreachable", "no_destination")
        self.hosts.ipvs(f"-e -t {VIP2}:80 -r {SERVERS[0]}:80 -g -w 1")
        self.left("an ACK without a connection")
        source = self.open()
        self.hosts.ipvs(f"-d -t {VIP2}:80 -r {SERVERS[0]}:80")
        self.lost("an ACK to a destination that is gone", ACK, None, "destination_gone", source)
        self.hosts.ipvs(f"-a -t {VIP2}:80 -r {SERVERS[1]}:80 -g")
        self.trial.sysctl(am_droprate=1, drop_packet=3)
        self.lost("a SYN with drop_packet", SYN, None, "drop_packet")
        self.trial.sysctl(drop_packet=0)
        self.hosts.ipvs(f"-d -t {VIP2}:80 -r {SERVERS[1]}:80", f"-a -t {VIP2}:80 -r {SERVERS[0]}:80 -i")
        self.lost("data that a tunnel's header makes too large", ACK, "too large", "unsendable", self.open(), bytes(1460))

    def open(self):
        source = self.trial.client()
        for flags in (SYN, ACK):
            send_segment(self.hosts.client, source, (VIP2, 80), flags)
        wait_for(lambda: f":{source[1]} " in self.trial.connections("ESTABLISHED"))
        return source

    def watched(self, what, flags, came, source, data):
        """The findings about the service, of three packets; `came` is what the rules count of each."""
        watch = Watch(self.hosts, self.trial.subject) if self.trial.subject else None
        source = source or self.trial.client()
        found = [self.trial.effects.of(lambda: send_segment(self.hosts.client, source, (VIP2, 80), flags, data=data)) for _ in range(3)]
        self.report.equal(f"{what}: in fact {came}", [came] * 3, found)
        document = watch.end() if watch else {"findings": []}
        return {one["id"]: one for one in document["findings"] if one["subject"].get("address") == VIP2}

    def lost(self, what, flags, came, cause, source=None, data=b""):
        found = self.watched(what, flags, came, source, data)
        if self.trial.subject is None:
            return
        lost = found.get("lost-in-ipvs", {"evidence": {}, "losses": [], "reason": None})
        self.report.equal(f"{what}: observe counts them", 3, lost["evidence"].get("lost"))
        said = [(part["packets"], cause in part["causes"]) for part in lost["losses"]]
        self.report.equal(f"{what}: and says why", [(3, True)], said)
        # Later ones may have met the connection that is left, and the last cause is told by counters of the whole host.
        if cause in ("no_destination", "destination_gone"):
            self.report.equal(f"{what}: for certain", [([cause], True)], [(part["causes"], part["certain"]) for part in lost["losses"]])
        self.report.check(f"{what}: with the place in the kernel", "net/netfilter/ipvs" in (lost["reason"] or "") or cause == "drop_packet", lost["reason"])

    def left(self, what):
        found = self.watched(what, ACK, "rst 2", None, b"")
        if self.trial.subject:
            left = found.get("left-to-host", {"evidence": {}})
            self.report.equal(f"{what}: observe says that IPVS leaves it to the host", 3, left["evidence"].get("packets_left"))
            self.report.check(f"{what}: and nothing is lost", "lost-in-ipvs" not in found, found)


def by_nat(trial):
    """With vs.conntrack=1 a reused port meets the old entry: LAST_ACK to conntrack, as the last ACK is missing, and TIME_WAIT to IPVS."""
    hosts = trial.hosts
    hosts.vs_conntrack(1)
    hosts.answer_through_director()
    hosts.ipvs("-a -t 10.0.0.100:80 -r 10.0.0.3:80 -m")
    with hosts.servers[0].inside():
        server = socket.create_server((SERVERS[0], 80))
    hosts.open.append(server)
    server.settimeout(BOUND)
    source = trial.client()
    number = shake_hands(hosts, source)
    send_segment(hosts.client, source, (VIP, 80), ACK, 1001, number + 1)
    accepted, _ = server.accept()
    send_segment(hosts.client, source, (VIP, 80), FIN | ACK, 1001, number + 1)
    accepted.settimeout(BOUND)
    accepted.recv(1)
    accepted.close()
    wait_for(lambda: f":{trial.port} " in trial.connections("TIME_WAIT"))
    words = ("--flags", "S", "--method", "nat", "--entry", "last-ack", "--connection", "time-wait")
    trial.compare("by NAT, a SYN that meets its old entry", trial.segment(SYN, is_new=False), "drops-once", *words)
    trial.compare("the same again", trial.segment(SYN, is_new=False), "opens", "--flags", "S", "--method", "nat", "--connection", "none")


def shake_hands(hosts, source):
    """Sends a SYN; returns the number of the SYN+ACK that answers it."""
    with hosts.client.inside():
        wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    with wire:
        wire.settimeout(BOUND)
        send_segment(hosts.client, source, (VIP, 80), SYN)
        while True:
            segment = wire.recv(4096)[20:]
            _, port, number, _, _, flags = struct.unpack("!HHIIBB", segment[:14])
            if port == source[1] and flags & (SYN | ACK) == SYN | ACK:
                return number


def dccp(hosts, subject, report):
    """Linux before 6.16 has states of it; IPVS does not balance it."""
    counted = Effects(hosts.director, DCCP_STATES)
    kinds = {"request": 0, "response": 1, "ack": 3, "reset": 7, "sync": 8}
    for number, (name, kind) in enumerate(kinds.items()):
        came = counted.of(lambda: send_dccp(hosts.client, (CLIENTS[0], 30_000 + number), (VIP, 90), kind))
        report.check(f"DCCP {name} was counted", came is not None)
        if subject is None or came is None:
            continue
        said = subject.run("explain", "--json", "--proto", "dccp", "--dccp-type", name, "--netns", hosts.director.name)
        report.equal(f"explain predicts the ctstate of DCCP {name}", came, f"dccp {json.loads(said.stdout)['walks'][0]['ctstate']}")
