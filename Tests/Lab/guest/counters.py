"""Independent counters: packets by point, class and ctstate, counted by rules of iptables at the points where ct-inspect counts.

mangle (-150) is after conntrack and before the packet filter, security (50) after the filter and before IPVS (98).
This holds for iptables-legacy; iptables-nft has security at 150. So these counters do not depend on nf_tables, either.
"""

import re
from dataclasses import dataclass

POINTS = {
    "pre_routing": ("mangle", "PREROUTING"),
    "local_in": ("mangle", "INPUT"),
    "local_in_passed": ("security", "INPUT"),
    "forward": ("mangle", "FORWARD"),
    "forward_passed": ("security", "FORWARD"),
    "local_out": ("mangle", "OUTPUT"),
    "post_routing": ("mangle", "POSTROUTING"),
}
ENTERING, ANSWERING, LEAVING = list(POINTS)[:3], list(POINTS)[3:5], list(POINTS)[5:]
CTSTATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
FLAGS = "--tcp-flags FIN,SYN,RST,ACK"
# How rules recognize a class; the first match wins. tcp_other is the rest of TCP.
CLASSES = {
    "syn": f"-p tcp {FLAGS} SYN", "syn_ack": f"-p tcp {FLAGS} SYN,ACK", "ack": f"-p tcp {FLAGS} ACK",
    "fin": "-p tcp --tcp-flags FIN,SYN,RST FIN", "rst": "-p tcp --tcp-flags FIN,SYN,RST RST", "tcp_other": "-p tcp", "udp": "-p udp",
}
ICMP_ERRORS = {
    "iptables": [f"-p icmp --icmp-type {name}" for name in ("destination-unreachable", "time-exceeded", "parameter-problem")],
    "ip6tables": [f"-p ipv6-icmp --icmpv6-type {number}" for number in (1, 2, 3, 4)],
}


@dataclass(frozen=True)
class End:
    """The packets to count, and where: those of a protocol to (for answers: from) an address and port.

    With a mark, marked packets instead. The protocol "ipip" stands for tunnels, whose class is other.
    """

    points: tuple
    protocol: str
    address: str
    port: int = None
    mark: int = None

    @property
    def program(self):
        return "ip6tables" if ":" in self.address else "iptables"

    @property
    def _address(self):
        if self.mark is not None:
            return f"-m mark --mark {self.mark}"
        return f"-{'s' if self.points == ANSWERING else 'd'} {self.address}"

    def _port(self, words):
        return words if self.port is None or self.mark is not None else f"{words} --{'s' if self.points == ANSWERING else 'd'}port {self.port}"

    def rules(self):
        """The class and the match of each."""
        if self.protocol == "ipip":
            return [("other", f"{self._address} -p 4")]
        kinds = [(name, self._port(words)) for name, words in CLASSES.items() if words.startswith(f"-p {self.protocol}")]
        kinds += [("icmp_error", words) for words in ICMP_ERRORS[self.program]]
        return [(name, f"{self._address} {words}") for name, words in kinds]


class Counters:
    def __init__(self, director, ends):
        self.director = director
        self.programs = sorted({end.program for end in ends})
        for program in self.programs:
            own = [end for end in ends if end.program == program]
            for table in ("mangle", "security"):
                director.run(f"{program}-legacy-restore", "-n", text=_table(table, own))

    def read(self):
        """(point, class, ctstate): (packets, bytes), of the packets seen."""
        found = {}
        for program in self.programs:
            for table in ("mangle", "security"):
                text = self.director.run(f"{program}-legacy-save", "-c", "-t", table).stdout
                for packets, octets, chain, state in re.findall(r"^\[(\d+):(\d+)\] -A (\S+\.\S+) .*--ctstate (\w+)$", text, re.M):
                    key = (*chain.split("."), state)
                    before = found.get(key, (0, 0))
                    found[key] = (before[0] + int(packets), before[1] + int(octets))
        return {key: value for key, value in found.items() if value[0] > 0}


def _table(table, ends):
    """A chain per point and class, whose rules count by ctstate and let everything through."""
    chains, sorting = {}, []
    for end in ends:
        for point in end.points:
            if POINTS[point][0] != table:
                continue
            for name, match in end.rules():
                chain = chains.setdefault((point, name), f"{point}.{name}")
                sorting.append(f"-A {point} {match} -g {chain}")
    points = [point for point, place in POINTS.items() if place[0] == table]
    lines = [f"*{table}", *(f":{name} - [0:0]" for name in (*points, *chains.values()))]
    lines += [f"-A {chain} -m conntrack --ctstate {state}" for chain in chains.values() for state in CTSTATES]
    lines += [*sorting, *(f"-A {POINTS[point][1]} -j {point}" for point in points), "COMMIT"]
    return "\n".join(lines) + "\n"
