"""The hosts of a scenario: a client (with three addresses), a director and two real servers on one bridge."""

import time

from namespace import Namespace

CLIENTS = ("10.0.0.1", "10.0.0.11", "10.0.0.12")
CLIENTS6 = ("2001:db8::1", "2001:db8::11", "2001:db8::12")
DIRECTOR, DIRECTOR6 = "10.0.0.2", "2001:db8::2"
SERVERS, SERVERS6 = ("10.0.0.3", "10.0.0.4"), ("2001:db8::3", "2001:db8::4")
VIP, VIP2, VIP6 = "10.0.0.100", "10.0.0.101", "2001:db8::100"

# The rules UFW puts into INPUT before and after the user's rules (/etc/ufw/before.rules): UFW_INVALID causes the problem.
UFW_FIRST = ("-i lo -j ACCEPT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
UFW_INVALID = ("-m conntrack --ctstate INVALID -j DROP",)
# Accepts the packets that DR makes INVALID: FIN+ACK and RST of flows that are not in the table (nf_conntrack_proto_tcp.c, tcp_new).
CURE = (
    "-p tcp --tcp-flags SYN,ACK,FIN,RST,URG ACK,FIN -m conntrack --ctstate INVALID -j ACCEPT",
    "-p tcp --tcp-flags SYN,FIN,RST,URG,PSH RST -m conntrack --ctstate INVALID -j ACCEPT",
)
ICMP, ICMP6 = "-p icmp -j ACCEPT", "-p ipv6-icmp -j ACCEPT"


class Hosts:
    """Names are unique to each scenario, as the kernel removes a namespace asynchronously."""

    def __init__(self, scenario):
        self.journal = []
        self.open = []  # sockets that have to stay open while the tables are read
        self.director = Namespace(f"{scenario}-lb")
        self.client = Namespace(f"{scenario}-client")
        self.servers = [Namespace(f"{scenario}-rs1"), Namespace(f"{scenario}-rs2")]
        self.switch = Namespace(f"{scenario}-switch")
        self.scenario, self.others = scenario, []
        self._connect()
        self._prepare_director()
        self._prepare_servers()

    def _connect(self):
        addresses = {
            self.client: [*CLIENTS, *CLIENTS6],
            self.director: [DIRECTOR, DIRECTOR6],
            self.servers[0]: [SERVERS[0], SERVERS6[0]],
            self.servers[1]: [SERVERS[1], SERVERS6[1]],
        }
        wires = ["link add bridge0 type bridge", "link set bridge0 up"]
        for number, host in enumerate(addresses):
            wires.append(f"link add port{number} type veth peer name eth0 netns {host.name}")
            wires.append(f"link set port{number} master bridge0 up")
        self.switch.ip(*wires)
        for host, own in addresses.items():
            host.ip("link set eth0 up", *(_add(address, "eth0", 64 if ":" in address else 24) for address in own))

    def second_director(self, address):
        """One more host on the bridge, prepared as the director is."""
        made = Namespace(f"{self.scenario}-lb2")
        self.others.append(made)
        self.switch.ip(f"link add port9 type veth peer name eth0 netns {made.name}", "link set port9 master bridge0 up")
        made.ip("link set eth0 up", _add(address, "eth0", 24))
        self._prepare_director(made)
        return made

    def _prepare_director(self, director=None):
        # The client and the real servers share a link, so the director would send them redirects.
        (director or self.director).sysctl({
            "net.ipv4.ip_forward": 1,
            "net.ipv4.conf.all.send_redirects": 0,
            "net.ipv4.conf.eth0.send_redirects": 0,
        })

    def _prepare_servers(self):
        for server in self.servers:
            # A DR or TUN real server has the VIP, and must not answer ARP for it.
            server.sysctl({"net.ipv4.conf.all.arp_ignore": 1, "net.ipv4.conf.all.arp_announce": 2})

    def note(self, line):
        self.journal.append(line)

    def vip(self, *addresses):
        """A VIP is on the director, and on the real servers' lo; IPv6 does not advertise addresses on lo."""
        for address in addresses:
            self.vip_of_director(address)
            self.vip_of_servers(address)

    def vip_of_director(self, address):
        self.director.ip(_add(address, "eth0", _host_length(address)))

    def vip_of_servers(self, address):
        for server in self.servers:
            server.ip(_add(address, "lo", _host_length(address)))

    def vs_conntrack(self, value):
        self.director.sysctl({"net.ipv4.vs.conntrack": value})
        self.note(f"sysctl net.ipv4.vs.conntrack={value}")

    def ufw(self, *accepted, cured=False, variant="", forward=()):
        """A filter like UFW's, for both families; it also activates conntrack's hooks in the namespace.

        The cure lets packets through that DR makes INVALID. The variant -legacy is for rules that do not use nf_tables.
        """
        for program, icmp in ((f"iptables{variant}", ICMP), (f"ip6tables{variant}", ICMP6)):
            first = (*UFW_FIRST, *CURE, icmp, *UFW_INVALID) if cured else (*UFW_FIRST, *UFW_INVALID, icmp)
            lines = [f"-A INPUT {rule}" for rule in (*first, *accepted)] + [f"-A FORWARD {rule}" for rule in forward]
            self._filter(program, lines)

    def _filter(self, program, lines):
        chains = [":INPUT DROP", ":FORWARD ACCEPT", ":OUTPUT ACCEPT"]
        self.director.run(f"{program}-restore", text="\n".join(["*filter", *chains, *lines, "COMMIT"]) + "\n")
        for line in lines:
            self.note(f"{program} {line}")

    def mark(self, rule, value, variant="", chain="PREROUTING"):
        """Marks packets before IPVS sees them, as a fwmark service needs."""
        program = ("ip6tables" if "::" in rule else "iptables") + variant
        words = f"-t mangle -A {chain} {rule} -j MARK --set-mark {value}"
        self.director.run(program, *words.split())
        self.note(f"{program} {words}")

    def ipvs(self, *lines):
        """Runs ipvsadm(8) with the arguments in each line."""
        for line in lines:
            self.director.run("ipvsadm", *line.split())
            self.note(f"ipvsadm {line}")

    def tunnels(self):
        """The real servers decapsulate the director's IPIP packets; tunl0 comes with the module."""
        for server in self.servers:
            server.sysctl({"net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.tunl0.rp_filter": 0})
            server.ip("link set tunl0 up")
        self.note("real servers: tunl0 up, rp_filter off")

    def answer_through_director(self):
        """NAT needs answers to pass through the director; only those from the real server's own address do so here."""
        for server, address in zip(self.servers, SERVERS):
            server.ip(f"rule add from {address} lookup 100", f"route add default via {DIRECTOR} table 100")
        self.note(f"real servers: what they send from their own address goes through {DIRECTOR}")

    def silence(self):
        """Cuts every link, so that nothing is retransmitted while counters are read; packets in flight arrive."""
        self.switch.ip("link set bridge0 down")
        time.sleep(0.5)

    def close(self):
        for item in self.open:
            item.close()
        for host in (self.client, self.director, *self.servers, *self.others, self.switch):
            host.delete()


def _host_length(address):
    return 128 if ":" in address else 32


def _add(address, device, length):
    # Without duplicate address detection, an IPv6 address can be used at once.
    return f"addr add {address}/{length} dev {device}" + (" nodad" if ":" in address else "")
