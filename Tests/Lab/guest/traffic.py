"""Real traffic: services on real servers, and clients whose connections stay open while the tables are read."""

import contextlib
import select
import socket
import struct
import threading

from director import CLIENTS, VIP
from icmp import internet_checksum

BOUND = 60  # seconds; an emulated host can be slow


def _socket(host, address, kind):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with host.inside():
        made = socket.socket(family, kind)
    made.settimeout(BOUND)
    return made


def _first_ready(sockets):
    ready, _, _ = select.select(sockets, [], [], BOUND)
    if not ready:
        raise TimeoutError("nothing reached a real server")
    return ready[0]


class Service:
    """A service on its real servers: every host listens on ADDRESS (a VIP, or its own) and PORT."""

    kind = None

    def __init__(self, hosts, places, port):
        self.hosts = hosts
        self.listeners = []
        for host, address in places:
            listener = _socket(host, address, self.kind)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            self.listeners.append(listener)
        hosts.open.extend(self.listeners)

    def _from(self, source, port):
        made = _socket(self.hosts.client, source, self.kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((source, port))
        self.hosts.open.append(made)
        return made


class Web(Service):
    kind = socket.SOCK_STREAM

    def __init__(self, hosts, places, port):
        super().__init__(hosts, places, port)
        self.served = {}  # the real server's end of each visit
        for listener in self.listeners:
            listener.listen(16)

    def knock(self, source, virtual, port=0):
        """Opens a connection and sends nothing on it: this is all that works if the director drops every ACK."""
        made = self._from(source, port)
        made.connect(virtual)
        self.hosts.note(f"client {source}:{made.getsockname()[1]} connects to {virtual[0]}:{virtual[1]} over TCP, sends nothing, stays")
        return made

    def knock_in_vain(self, source, virtual, seconds):
        """Tries to open a connection where none can be established."""
        made = self._from(source, 0)
        made.settimeout(seconds)
        try:
            made.connect(virtual)
        except TimeoutError:
            return made
        raise RuntimeError("a connection was made")

    def visit(self, source, virtual, port=0):
        """Opens a connection, gets a page over it, and keeps it open."""
        made = self._from(source, port)
        made.connect(virtual)
        made.sendall(b"GET / HTTP/1.0\r\n\r\n")
        served, _ = _first_ready(self.listeners).accept()
        served.settimeout(BOUND)
        self.hosts.open.append(served)
        self.served[made] = served
        served.recv(4096)
        served.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
        if not made.recv(4096).startswith(b"HTTP/1.0 200"):
            raise RuntimeError("no page arrived")
        self.hosts.note(f"client {source}:{made.getsockname()[1]} gets a page from {virtual[0]}:{virtual[1]} over TCP, stays")
        return made

    def leave(self, made):
        """The client closes its side: a FIN goes to the director."""
        made.shutdown(socket.SHUT_WR)
        self.hosts.note(f"client {made.getsockname()[0]}:{made.getsockname()[1]} closes (FIN)")

    def hopes(self, made, seconds):
        """Requests a page over an open connection; returns whether one arrived."""
        made.sendall(b"GET / HTTP/1.0\r\n\r\n")
        made.settimeout(seconds)
        try:
            return bool(made.recv(4096))
        except TimeoutError:
            return False

    @contextlib.contextmanager
    def talking(self, *made, pause):
        """Meanwhile a byte is sent over each of these connections, and again after a pause in seconds."""
        over = threading.Event()

        def talk():
            while not over.wait(pause):
                for one in made:
                    one.send(b"x")

        for one in made:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talker = threading.Thread(target=talk)
        talker.start()
        try:
            yield
        finally:
            over.set()
            talker.join()

    def finish(self, made):
        """Both sides close: a FIN from each, and an ACK for the other's."""
        if made in self.served:
            self.served[made].close()
        made.close()

    def reset(self, made):
        """The client aborts the connection: a RST goes to the director."""
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        made.close()

    def was_told(self, made):
        """Waits until the real server has seen the client's FIN, which proves that the director forwarded it."""
        if self.served[made].recv(4096) != b"":
            raise RuntimeError("the real server got data, not the end")


class Datagrams(Service):
    kind = socket.SOCK_DGRAM

    def ask(self, source, virtual, port=0, question=b"question"):
        """Sends a datagram and waits for the answer; IPVS remembers the flow for its UDP timeout."""
        made = self._from(source, port)
        made.sendto(question, virtual)
        ready = _first_ready(self.listeners)
        _, client = ready.recvfrom(4096)
        ready.sendto(b"answer", client)
        if made.recv(4096) != b"answer":
            raise RuntimeError("no answer arrived")
        self.hosts.note(f"client {source}:{made.getsockname()[1]} asks {virtual[0]}:{virtual[1]} over UDP, gets an answer")
        return made


def visited_service(hosts):
    """A DR service on the VIP, untracked by IPVS, and a visit from each client, which stays open."""
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    for client in CLIENTS:
        web.visit(client, (VIP, 80))
    return web


def send_segment(host, source, virtual, flags, sequence=1000, acknowledgement=0, data=b""):
    """A TCP segment, with DF; the flags are the header's byte. The host's own stack answers what comes back, unless a rule forbids it."""
    header = struct.pack("!HHIIBBHHH", source[1], virtual[1], sequence, acknowledgement, 0x50, flags, 8192, 0, 0)
    pseudo = socket.inet_aton(source[0]) + socket.inet_aton(virtual[0]) + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(header + data))
    header = header[:16] + internet_checksum(pseudo + header + data) + header[18:]
    _send_raw(host, source, virtual, socket.IPPROTO_TCP, header + data)


def send_dccp(host, source, virtual, kind):
    """A DCCP packet with long sequence numbers (RFC 4340, section 5.1); conntrack verifies its checksum."""
    packet = struct.pack("!HHBBHBBHI", source[1], virtual[1], 8, 0, 0, kind << 1 | 1, 0, 0, 1000) + bytes(16)
    pseudo = socket.inet_aton(source[0]) + socket.inet_aton(virtual[0]) + struct.pack("!BBH", 0, 33, len(packet))
    _send_raw(host, source, virtual, 33, packet[:6] + internet_checksum(pseudo + packet) + packet[8:])


def _send_raw(host, source, virtual, protocol, payload):
    with host.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as raw:
        # Always with DF, whatever an ICMP error has said of the way: IP_MTU_DISCOVER, IP_PMTUDISC_PROBE (linux/in.h).
        raw.setsockopt(socket.IPPROTO_IP, 10, 3)
        raw.bind((source[0], 0))
        raw.sendto(payload, (virtual[0], 0))


def send_init(host, source, virtual):
    """The INIT of an SCTP association, as an address and port."""
    send_chunk(host, source, virtual, 1, tag=0, value=struct.pack("!IIHHI", 7, 65536, 1, 1, 1))


def send_chunk(host, source, virtual, kind, tag, value=bytes(12)):
    """An SCTP packet with one chunk. Conntrack verifies its checksum (nf_conntrack_proto_sctp.c, sctp_error)."""
    ports = struct.pack("!HHI", source[1], virtual[1], tag)
    chunk = struct.pack("!BBH", kind, 0, 4 + len(value)) + value
    checksum = struct.pack("<I", _crc32c(ports + bytes(4) + chunk))
    _send_raw(host, source, virtual, socket.IPPROTO_SCTP, ports + checksum + chunk)


def _crc32c(data):
    """RFC 9260, appendix A."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


def flood(host, virtual, count):
    """Sends datagrams, each from another client (10.1.0.0 and up), with a header of our own. Only the calling thread enters the host's namespace."""
    vip = socket.inet_aton(virtual[0])
    with host.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        for number in range(count):
            source = struct.pack("!I", 0x0A01_0000 + number)
            header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 29, 0, 0, 64, socket.IPPROTO_UDP, 0, source, vip)
            raw.sendto(header + struct.pack("!HHHHc", 40_000, virtual[1], 9, 0, b"x"), (virtual[0], 0))
