#!/usr/bin/env python3
"""make-capture.py FIXTURES FOLDER CONNECTIONS [LOOKUPS]

Writes a capture of a director with this many IPVS connections into a new FOLDER, in the format of `ct-inspect capture`. Half of
the connections have a conntrack entry. Everything else (services, settings) is taken from the directory dr-untracked of FIXTURES,
and the entry messages from dr-conntrack, with addresses, ports and ids patched. The connections are records of the kernel's own table
(ct-inspect-capture(8), CONNECTIONS), which ct-inspect reads through BPF on a live director.

Written in Python, with fixed offsets, so that it does not share a fault with ct-inspect's own code for captures. Connections and
entries are in unrelated orders, as in the two hash tables of a kernel, so that looking up one for the other is as expensive as on a
real system.

A flow without an entry is looked up again individually. `watch` does so in its first reading for the first 5000 such flows, and later
for none of them; so the capture records that many requests (LOOKUPS, 5000), each with the answer ENOENT. A program that requests more
finds no answer and reports this: the number here must be raised then.
"""

import os
import random
import shutil
import socket
import struct
import sys
import zlib

VIRTUAL = 0x0A000064
SERVERS = [0x0A000003, 0x0A000004]
HTTP = 80
PORT_ID = 201
NETFILTER, GENERIC = 12, 16
FROM_KERNEL, TO_KERNEL = 6, 7
ENTRY_DUMP, ENTRY_GET, ENTRY_NEW = (0x101, 0x301), (0x101, 0x5), 0x100
MULTI, CAPPED = 0x2, 0x100
DONE, ERROR, ENOENT = 3, 2, -2
# The payload that fits into one of the kernel's 32 KiB socket buffers.
MOST_OF_A_DATAGRAM = 32_448
# The mix on a busy director: most connections are established, some have been closed on one side.
ESTABLISHED, FIN_WAIT, TIME_WAIT = 1, 4, 5
STATES = [(ESTABLISHED, 900)] * 16 + [(FIN_WAIT, 120)] * 3 + [(TIME_WAIT, 120)]
DIRECT_ROUTING, NFCT = 3, 1 << 16
MAGIC = b"cticonn1"
RECORD = struct.Struct("<HBBHH 6sxx 4s12x 4s12x 4s12x IIiIIBBxx")


class Connections:
    """Distinct connections, the same for the same count: eight ports for each client."""

    def __init__(self, count):
        chance = random.Random(count)
        ports = [[1024 + 8000 * turn + chance.randrange(8000) for turn in range(8)] for _ in range(count // 8 + 1)]
        self.all = [(0x0A400000 + i // 8, ports[i // 8][i % 8]) for i in range(count)]
        chance.shuffle(self.all)
        tracked = set(chance.sample(range(count), count // 2))
        self.flags = [DIRECT_ROUTING | (NFCT if i in tracked else 0) for i in range(count)]
        self.untracked = [self.all[i] for i in range(count) if i not in tracked]
        self.tracked = [self.all[i] for i in tracked]
        chance.shuffle(self.tracked)
        self.chance = chance

    def records(self):
        """In ct-inspect's format; numbers in host order, ports and addresses in network order."""
        yield MAGIC
        for (address, port), flags in zip(self.all, self.flags):
            state, timeout = self.chance.choice(STATES)
            server = self.chance.choice(SERVERS)
            expires = self.chance.randrange(5, timeout)
            ends = [struct.pack("!I", end) for end in (address, VIRTUAL, server)]
            yield RECORD.pack(
                RECORD.size, socket.AF_INET, socket.AF_INET, socket.IPPROTO_TCP, state, struct.pack("!HHH", port, HTTP, HTTP), *ends,
                flags, 0, expires, self.chance.randrange(3, 100), timeout, 0, 1)


class Pcap:
    """A pcap file of link type 253: each record has a timestamp, an nlmon header and a datagram."""

    def __init__(self, path):
        self.file = open(path, "wb", buffering=1 << 20)
        self.sequence = 0

    def header(self, header):
        self.file.write(header)

    def record(self, direction, bus, datagram):
        length = len(datagram) + 16
        self.file.write(struct.pack("=IIII", 1_790_000_000, 0, length, length))
        self.file.write(struct.pack(">HH10xH", direction, 824, bus))
        self.file.write(datagram)

    def exchange(self, bus, question, answers):
        """Renumbers it, as some were left out before it."""
        self.sequence += 1
        self.record(TO_KERNEL, bus, numbered(question, self.sequence))
        for datagram in answers:
            self.record(FROM_KERNEL, bus, renumbered(datagram, self.sequence))


def numbered(message, sequence):
    return message[:8] + struct.pack("=I", sequence) + message[12:]


def renumbered(datagram, sequence):
    """Renumbers all messages, including the request header that an acknowledgement repeats."""
    datagram = bytearray(datagram)
    start = 0
    while start + 16 <= len(datagram):
        length, kind = struct.unpack_from("=IH", datagram, start)
        struct.pack_into("=I", datagram, start + 8, sequence)
        if kind == ERROR:
            struct.pack_into("=I", datagram, start + 28, sequence)
        start += (length + 3) & ~3
    return bytes(datagram)


def exchanges(path):
    """The header of a pcap file, and its requests with their answers."""
    with open(path, "rb") as file:
        content = file.read()
    found, start = [], 24
    while start < len(content):
        length = struct.unpack_from("=I", content, start + 8)[0]
        direction = struct.unpack_from(">H", content, start + 16)[0]
        bus = struct.unpack_from(">H", content, start + 30)[0]
        datagram = content[start + 32:start + 16 + length]
        if direction == TO_KERNEL:
            found.append((bus, datagram, []))
        else:
            found[-1][2].append(datagram)
        start += 16 + length
    return content[:24], found


def kind(question):
    return struct.unpack_from("=HH", question, 4)


def entry_messages(template, connections):
    """TCP entries, patched at the offsets of the two tuples and the id."""
    message = bytearray(template)
    for number, (address, port) in enumerate(connections):
        struct.pack_into("!I", message, 32, address)
        struct.pack_into("!H", message, 60, port)
        struct.pack_into("!I", message, 92, address)
        struct.pack_into("!H", message, 120, port)
        struct.pack_into("!I", message, 144, (number * 2_654_435_761 + 1) & 0xFFFF_FFFF)
        yield message


def dump(template, connections):
    """The answer to a dump: messages packed into datagrams like the kernel does, and the end."""
    datagram = bytearray()
    for message in entry_messages(template, connections):
        if len(datagram) + len(message) > MOST_OF_A_DATAGRAM:
            yield bytes(datagram)
            datagram.clear()
        datagram += message
    if datagram:
        yield bytes(datagram)
    yield struct.pack("=IHHIIi", 20, DONE, MULTI, 0, PORT_ID, 0)


def look_up(template, address, port):
    question = bytearray(template)
    struct.pack_into("!I", question, 32, address)
    struct.pack_into("!H", question, 60, port)
    refusal = struct.pack("=IHHIIi", 36, ERROR, CAPPED, 0, PORT_ID, ENOENT) + bytes(question[:16])
    return bytes(question), [refusal]


def first_entry(path):
    for _, question, answers in exchanges(path)[1]:
        if kind(question) == ENTRY_DUMP and kind(answers[0])[0] == ENTRY_NEW:
            length = struct.unpack_from("=I", answers[0])[0]
            if length != 212:
                sys.exit("the entries of dr-conntrack have another layout than this script patches")
            return answers[0][:length]
    sys.exit("dr-conntrack has no dump of entries")


def write_netlink(path, fixtures, connections, lookups):
    template = first_entry(os.path.join(fixtures, "dr-conntrack/capture/netlink.pcap"))
    header, found = exchanges(os.path.join(fixtures, "dr-untracked/capture/netlink.pcap"))
    question_of_one = next(question for _, question, _ in found if kind(question) == ENTRY_GET)
    pcap = Pcap(path)
    pcap.header(header)
    for bus, question, answers in found:
        if bus == NETFILTER and kind(question) == ENTRY_GET:
            continue
        if bus != NETFILTER or kind(question) != ENTRY_DUMP:
            pcap.exchange(bus, question, answers)
            continue
        pcap.exchange(bus, question, dump(template, connections.tracked))
        for address, port in connections.untracked[:lookups]:
            pcap.exchange(bus, *look_up(question_of_one, address, port))
    pcap.file.close()


def seal(folder):
    sums = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            sum = 0
            with open(path, "rb") as file:
                while piece := file.read(1 << 20):
                    sum = zlib.crc32(piece, sum)
            sums[os.path.relpath(path, folder)] = sum
    with open(os.path.join(folder, "CRC32SUMS"), "w") as file:
        for path, sum in sorted(sums.items()):
            file.write("%08x  %s\n" % (sum, path))


def main(fixtures, folder, count, lookups=5000):
    connections = Connections(int(count))
    shutil.copytree(os.path.join(fixtures, "dr-untracked/capture"), folder)
    os.remove(os.path.join(folder, "CRC32SUMS"))
    os.remove(os.path.join(folder, "proc/net/ip_vs_conn"))
    os.makedirs(os.path.join(folder, "bpf"), exist_ok=True)
    with open(os.path.join(folder, "bpf/ip_vs_conn"), "wb") as file:
        file.writelines(connections.records())
    with open(os.path.join(folder, "proc/sys/net/netfilter/nf_conntrack_count"), "w") as file:
        file.write("%d\n" % len(connections.tracked))
    write_netlink(os.path.join(folder, "netlink.pcap"), fixtures, connections, int(lookups))
    seal(folder)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit("usage: make-capture.py FIXTURES FOLDER CONNECTIONS [LOOKUPS]")
    main(*sys.argv[1:])
