"""The reference tools' output about a director: ipvsadm and conntrack, as text and parsed."""

import ipaddress
import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Connection:
    """A row of "ipvsadm -Lcn". A persistence template has no client port (ip_vs_core.c, ip_vs_sched_persist)."""

    protocol: str
    client: tuple
    virtual: tuple
    destination: tuple
    state: str

    @property
    def is_template(self):
        return self.client[1] == 0


@dataclass(frozen=True)
class Entry:
    """A line of "conntrack -L -o extended,id". Tuples are (source, destination, source port, destination port)."""

    family: str
    protocol: str
    protocol_number: int
    original: tuple
    reply: tuple
    state: str
    unreplied: bool
    mark: int
    zone: int
    id: int


@dataclass(frozen=True)
class Destination:
    address: str
    port: int
    method: str
    weight: int
    active: int
    inactive: int


@dataclass
class Service:
    protocol: str
    address: str
    port: int
    fwmark: int
    scheduler: str
    flags: str
    destinations: list = field(default_factory=list)

    @property
    def key(self):
        return (self.protocol, self.address, self.port, self.fwmark)


METHODS = {"Route": "dr", "Masq": "nat", "Tunnel": "tun", "Local": "local"}


def endpoint(text):
    """ "10.0.0.1:80" or "[2001:db8::1]:80" as (address, port)."""
    address, _, port = text.rpartition(":")
    return str(ipaddress.ip_address(address.strip("[]"))), int(port)


def parse_connections(text):
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 6 and re.fullmatch(r"\d+:\d+", words[1]):
            ends = [endpoint(word) for word in words[3:6]]
            found.append(Connection(words[0].lower(), *ends, words[2]))
    return found


def parse_services(text):
    found = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["->"] and words[2] in METHODS:
            weight, active, inactive = (int(word) for word in words[3:6])
            found[-1].destinations.append(Destination(*endpoint(words[1]), METHODS[words[2]], weight, active, inactive))
        elif words[:1] == ["FWM"]:
            rest = [word for word in words[2:] if word != "IPv6"]
            found.append(Service(None, None, None, int(words[1]), rest[0], " ".join(rest[1:])))
        elif words and words[0] in ("TCP", "UDP", "SCTP"):
            found.append(Service(words[0].lower(), *endpoint(words[1]), None, words[2], " ".join(words[3:])))
    return found


def _parse_entry(line):
    words = line.split()
    plain = [word for word in words if "=" not in word and not word.startswith("[")]
    tuples, about = [], {}
    for key, _, value in (word.partition("=") for word in words if "=" in word):
        if key == "src":
            tuples.append({})
        # An ICMP tuple has an id of its own; the entry's is the last one.
        (tuples[-1] if key in ("src", "dst", "sport", "dport") else about)[key] = value
    original, reply = (
        (one["src"], one["dst"], *(int(one[key]) if key in one else None for key in ("sport", "dport"))) for one in tuples
    )
    return Entry(
        plain[0], plain[2], int(plain[3]), original, reply, plain[5] if len(plain) > 5 else None, "[UNREPLIED]" in words,
        int(about.get("mark", 0)), int(about.get("zone", 0)), int(about["id"]),
    )


def parse_entries(text):
    return [_parse_entry(line) for line in text.splitlines() if line.startswith(("ipv4", "ipv6"))]


class Peers:
    """Everything that the peers show about one director at one moment."""

    COMMANDS = {
        "ipvsadm-Ln.txt": "ipvsadm -Ln",
        "ipvsadm-Lcn.txt": "ipvsadm -Lcn",
        "conntrack-L.txt": "conntrack -L -o extended,id",
        "conntrack-L-ipv6.txt": "conntrack -L -f ipv6 -o extended,id",
        "iptables-INPUT.txt": "iptables -L INPUT -nvx",
    }

    FILES = {"proc-net-ip_vs_conn.txt": "/proc/net/ip_vs_conn"}

    def __init__(self, director):
        self.texts = {name: director.run(*words.split()).stdout for name, words in self.COMMANDS.items()}
        for name, path in self.FILES.items():
            self.texts[name] = director.read(path)
        rows = parse_connections(self.texts["ipvsadm-Lcn.txt"])
        self.connections = [row for row in rows if not row.is_template]
        self.templates = [row for row in rows if row.is_template]
        self.services = parse_services(self.texts["ipvsadm-Ln.txt"])
        # Without a family, some versions of conntrack list IPv6 too, so duplicates are removed.
        listings = self.texts["conntrack-L.txt"] + self.texts["conntrack-L-ipv6.txt"]
        self.entries = list(dict.fromkeys(parse_entries(listings)))

    def sources(self):
        return [*self.COMMANDS.items(), *self.FILES.items()]

    @property
    def dropped_as_invalid(self):
        """Packets that the filter of this director has dropped for their ctstate."""
        lines = self.texts["iptables-INPUT.txt"].splitlines()
        return sum(int(line.split()[0]) for line in lines if "DROP" in line and "ctstate INVALID" in line)

    def identity(self):
        """The state that must not change while ct-inspect runs, for the two to be comparable."""
        return (set(self.connections), set(self.templates), set(self.entries), self.texts["ipvsadm-Ln.txt"])

    def entry_of(self, connection):
        """The entry that the client's packets of this connection would find. NAT changes the reply tuple only."""
        wanted = (*connection.client[:1], *connection.virtual[:1], connection.client[1], connection.virtual[1])
        found = [entry for entry in self.entries if entry.protocol == connection.protocol and entry.original == wanted]
        return found[0] if found else None

    def verdict_of(self, connection):
        entry = self.entry_of(connection)
        return "absent" if entry is None else "unreplied" if entry.unreplied else "tracked"

    def service_of(self, connection):
        """The service by its VIP, or else the fwmark service with that destination, if there is only one."""
        for service in self.services:
            if service.key[:3] == (connection.protocol, *connection.virtual):
                return service
        marked = [one for one in self.services if one.fwmark is not None and self._destination(one, connection)]
        return marked[0] if len(marked) == 1 else None

    def method_of(self, connection):
        destination = self._destination(self.service_of(connection), connection)
        return destination.method if destination else None

    @staticmethod
    def _destination(service, connection):
        for one in service.destinations if service else ():
            # A destination of port 0 keeps the port requested by the client (ip_vs_core.c, ip_vs_schedule).
            if one.address == connection.destination[0] and one.port in (0, connection.destination[1]):
                return one
        return None

    def orphans(self):
        """Entries for a service's VIP and port with no connection."""
        virtuals = {service.key[:3] for service in self.services if service.fwmark is None}
        known = {(one.protocol, *one.client, *one.virtual) for one in self.connections}
        return [
            entry for entry in self.entries
            if (entry.protocol, entry.original[1], entry.original[3]) in virtuals
            and (entry.protocol, entry.original[0], entry.original[2], entry.original[1], entry.original[3]) not in known
        ]
