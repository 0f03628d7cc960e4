"""First inputs for what no fixture has, made after the kernel's headers. They only give a fuzzer something to begin with: nothing is
tested against them."""
import gzip
import struct


def attribute(kind, content):
    """`struct nlattr`, padded."""
    content = content.encode() + b"\0" if isinstance(content, str) else content
    return struct.pack("<HH", 4 + len(content), kind) + content + b"\0" * (-len(content) % 4)


def nest(kind, *attributes):
    return attribute(kind | 0x8000, b"".join(attributes))


def message(kind, family, *attributes, flags=2):
    """Of nfnetlink: `struct nlmsghdr` and `struct nfgenmsg`."""
    content = struct.pack("<BBH", family, 0, 0) + b"".join(attributes)
    return struct.pack("<IHHII", 16 + len(content), kind, flags, 1, 0) + content


def word(number):
    return struct.pack(">I", number)


DONE = struct.pack("<IHHIII", 20, 3, 2, 1, 0, 0)
IPV4 = bytes.fromhex("45000034000140004006aaaa0a0000010a000064")
TCP = bytes.fromhex("123400500000000100000002801101f600000000")
IPV6 = bytes.fromhex("6000000000140640") + b"\x20\x01\x0d\xb8" * 8
# An error about a packet.
ICMP = bytes.fromhex("4500003800010000400100000a0000020a00000103040000000005dc") + IPV4 + TCP[:8]


def expression(name, *attributes):
    """NFTA_LIST_ELEM with NFTA_EXPR_NAME and NFTA_EXPR_DATA."""
    return nest(1, attribute(1, name), nest(2, *attributes))



def rules():
    """A table with a chain, a set with an interval, a map and rules that use them, in the order in which lists are asked for."""
    generation = message(0xA0F, 0, attribute(1, word(7))) + DONE
    table = message(0xA00, 1, attribute(1, "guard"), attribute(2, word(0)), attribute(3, word(1))) + DONE
    hook = nest(4, attribute(1, word(1)), attribute(2, word(0)))
    chain = message(
        0xA03, 1, attribute(1, "guard"), attribute(2, struct.pack(">Q", 1)), attribute(3, "input"), hook,
        attribute(5, word(0)), attribute(7, "filter")) + DONE
    blocked = message(
        0xA09, 1, attribute(1, "guard"), attribute(2, "blocked"), attribute(3, word(4)), attribute(4, word(7)),
        attribute(5, word(4))) + DONE
    state = expression("ct", attribute(1, word(1)), attribute(2, word(0)))
    bits = expression(
        "bitwise", attribute(1, word(1)), attribute(2, word(1)), attribute(3, word(4)),
        nest(4, attribute(1, struct.pack("<I", 1))), nest(5, attribute(1, word(0))))
    compare = expression("cmp", attribute(1, word(1)), attribute(2, word(1)), nest(3, attribute(1, word(0))))
    source = expression(
        "payload", attribute(1, word(1)), attribute(2, word(1)), attribute(3, word(12)), attribute(4, word(4)))
    lookup = expression("lookup", attribute(1, "blocked"), attribute(2, word(1)), attribute(4, word(1)))
    counter = expression("counter", attribute(1, struct.pack(">Q", 9)), attribute(2, struct.pack(">Q", 3)))
    drop = expression("immediate", attribute(1, word(0)), nest(2, nest(2, attribute(1, word(0)))))
    xt = expression("match", attribute(1, "conntrack"), attribute(2, word(3)), attribute(3, b"\0" * 168))
    rule = lambda number, *parts: message(
        0xA06, 1, attribute(1, "guard"), attribute(2, "input"), attribute(3, struct.pack(">Q", number)), nest(4, *parts))
    listed = rule(2, state, bits, compare, counter, drop) + rule(3, source, lookup, drop) + rule(4, xt, drop) + DONE
    elements = message(
        0xA0C, 1, attribute(1, "guard"), attribute(2, "blocked"),
        nest(3, nest(1, nest(1, attribute(1, word(0x0A000000)))), nest(1, nest(1, attribute(1, word(0x0A0000FF))),
             attribute(3, word(1))))) + DONE
    return generation + table + chain + DONE + blocked + DONE + listed + elements + generation


def hooks():
    """Of netfilter, by the names of their functions, and the elements of a counting set."""
    hook = message(0xC00, 2, attribute(1, word(0)), attribute(2, word(0xFFFFFF38)), attribute(4, "ipv4_conntrack_in")) + DONE
    return hook + hook


def counted():
    key = nest(1, attribute(1, b"\x0a\0\0\x64" + b"\0\x50\0\0" + struct.pack("<I", 1)))
    counter = nest(7, attribute(1, "counter"), nest(2, attribute(1, struct.pack(">Q", 90)), attribute(2, struct.pack(">Q", 2))))
    return message(0xA0C, 1, attribute(1, "ct-inspect"), attribute(2, "local_in_ack4"), nest(3, nest(1, key, counter))) + DONE


def ipset():
    head = [attribute(1, b"\7"), attribute(2, "vips"), attribute(3, "hash:ip"), attribute(5, b"\2"), attribute(4, b"\4")]
    details = nest(7, attribute(0x12, word(1024)), attribute(0x13, word(65536)))
    element = nest(7, nest(1, attribute(1 | 0x4000, word(0x0A000064))))
    index = attribute(11, struct.pack(">H", 3))
    return message(0x602, 2, *head, details, index) + message(0x607, 2, *head[:2], nest(8, element)) + DONE


def legacy(is_ipv6):
    """A table with one rule, `-p tcp --dport 80 -m conntrack -j DROP`, and its end."""
    size = 168 if is_ipv6 else 112
    place = 140 if is_ipv6 else 88

    def entry(protocol, parts, target):
        head = bytearray(size)
        struct.pack_into("<H", head, 128 if is_ipv6 else 80, protocol)
        struct.pack_into("<HH", head, place, size + len(parts), size + len(parts) + len(target))
        return bytes(head) + parts + target

    part = lambda name, revision, data: struct.pack("<H29sB", 32 + len(data), name, revision) + data
    verdict = lambda number: part(b"", 0, struct.pack("<iI", number, 0))
    tcp = part(b"tcp", 0, struct.pack("<HHHHBBBB4x", 0, 65535, 80, 80, 0, 0, 0, 0))
    conntrack = part(b"conntrack", 3, b"\0" * 168)
    end = part(b"ERROR", 0, b"ERROR".ljust(32, b"\0"))
    first = entry(6, tcp + conntrack, verdict(-1))
    policy = entry(0, b"", verdict(-2))
    entries = first + policy + entry(0, b"", end)
    hooks = [0, 0, 0, 0, 0]
    ends = [0, len(first), 0, 0, 0]
    info = struct.pack("<32sI5I5III", b"filter", 2, *hooks, *ends, 3, len(entries))
    return info + entries


def nflog(payload, prefix="INVALID"):
    stamp = struct.pack(">QQ", 1_795_406_400, 1000)
    return message(
        0x400, 2, attribute(1, struct.pack(">HBB", 0x0800, 1, 0)), attribute(10, prefix), attribute(3, stamp),
        attribute(2, word(7)), attribute(4, word(2)), attribute(5, word(3)), attribute(12, word(5)), attribute(9, payload))


def trace(kind, *attributes):
    return message(0xA11, 1, attribute(2, struct.pack("<I", 77)), attribute(3, word(kind)), *attributes)


def traces():
    ours = trace(
        3, attribute(4, "ct-inspect"), attribute(5, "invalid"), attribute(6, struct.pack(">Q", 4)),
        nest(7, attribute(1, word(0xFFFFFFFF))), attribute(9, b"\0" * 14), attribute(10, IPV4), attribute(11, TCP))
    drop = trace(
        3, attribute(4, "guard"), attribute(5, "input"), attribute(6, struct.pack(">Q", 9)),
        nest(7, attribute(1, word(0))))
    policy = trace(1, attribute(4, "guard"), attribute(5, "input"), attribute(13, word(0)))
    return ours + drop + ours + policy


def btf():
    """`struct ip_vs_conn` and what belongs to it (Documentation/bpf/btf.rst)."""
    connection = (
        "c_list:0 cport:16 dport:18 vport:20 af:22 caddr:24 vaddr:40 daddr:56 flags:72 protocol:76 daf:78 ipvs:80 timer:88 "
        "timeout:128 state:136 fwmark:140 control:144 dest:152 in_pkts:160 pe:168 pe_data:176 pe_data_len:184")
    structures = [
        ("net", 128, "ns:64"), ("ns_common", 24, "inum:16"), ("timer_list", 40, "expires:16"),
        ("ip_vs_conn", 256, connection), ("netns_ipvs", 64, "net:24"), ("ip_vs_pe", 64, "name:16")]
    strings = bytearray(b"\0")

    def place(text):
        strings.extend(text.encode() + b"\0")
        return len(strings) - len(text) - 1

    types = struct.pack("<IIII", place("int"), 1 << 24, 4, 32)
    for name, size, members in structures:
        pairs = [member.split(":") for member in members.split()]
        types += struct.pack("<III", place(name), 4 << 24 | len(pairs), size)
        for member, offset in pairs:
            types += struct.pack("<III", place(member), 1, int(offset) * 8)
    return struct.pack("<6I", 0x1EB9F, 24, 0, len(types), len(types), len(strings)) + types + bytes(strings)


def expectation():
    end = lambda address: nest(1, attribute(1, address), attribute(2, address))
    ports = nest(2, attribute(1, b"\6"), attribute(2, struct.pack(">H", 0)), attribute(3, struct.pack(">H", 2121)))
    both = lambda kind, address: nest(kind, end(address), ports)
    return message(
        0x200, 2, both(1, b"\x0a\0\0\1"), both(2, b"\x0a\0\0\1"), both(3, b"\xff\xff\xff\xff"), attribute(4, word(300)),
        attribute(5, word(9)), attribute(6, "ftp"), attribute(8, word(1)), attribute(9, word(0)),
        nest(10, attribute(1, word(0)), both(2, b"\x0a\0\0\2"))) + DONE


def settings():
    return (
        b'{"schema": "ct-inspect/1", "command": "watch-settings", "interval_ms": 2000, "names": true, "tabs": {"flows": '
        b'{"sort": "state", "descending": true, "columns": ["client", "state"], "filter": "state=ESTABLISHED"}}}\n')


def sockets():
    """A list for each family: a connection with tcp_info, and one in TIME-WAIT (linux/inet_diag.h)."""
    def one(family, state, timer, left, *attributes):
        address = bytes((10, 0, 0, 100)) + bytes(12)
        ends = struct.pack(">HH", 80, 4242) + address + address + bytes(12)
        content = struct.pack("<BBBB", family, state, timer, 0) + ends + struct.pack("<IIIII", left, 0, 0, 0, 7) + b"".join(attributes)
        return struct.pack("<IHHII", 16 + len(content), 20, 2, 1, 0) + content

    information = attribute(2, bytes(52) + struct.pack("<II", 900, 1200) + bytes(180))
    return one(2, 1, 0, 0, information) + DONE + one(10, 6, 3, 12_000) + DONE


def seeds():
    """Targets and inputs."""
    yield "sockets", sockets()
    yield "anonymizing", b"\3" + sockets()
    yield "anonymizing", b"\0" + rules()
    yield "anonymizing", b"\4" + ipset()
    yield "ruleset", rules()
    refused = struct.pack("<IHHIIi", 36, 2, 0, 1, 0, -95) + b"\0" * 16
    yield "activation", hooks()
    yield "activation", refused * 2 + rules()
    yield "counters", counted()
    yield "ipset", ipset()
    yield "legacy-ipv4", legacy(False)
    yield "legacy-ipv6", legacy(True)
    for packet in (IPV4 + TCP, IPV6 + TCP, ICMP):
        yield "nflog", nflog(packet)
        yield "packets", b"\x14" + packet
    yield "traces", traces()
    yield "bpf-types", btf()
    yield "expectations", expectation()
    yield "settings", settings()
    lines = b'{"segment":1}\n{"event":"new"}\n'
    yield "records", lines + b'{"ev'
    yield "records", gzip.compress(lines, mtime=0)
    # Python has no zstd before 3.14.
    yield "records", bytes.fromhex("28b52ffd0458f100007b227365676d656e74223a317d0a7b226576656e74223a226e6577227d0ad8442bf3")
    yield "labels", b"# labels\n0 blue\n0x7f red cars\n010 eight\n"
    yield "saved-services", b"-A -t 10.0.0.100:80 -s wlc -p 300\n-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 1\n-A -f 7 -6\n"
    yield "proc", b"TCP  0A000064:0050 rr\nUDP  [2001:0db8:0000:0000:0000:0000:0000:0100]:0035 wlc\nFWM  00000001 rr\n"
    yield "proc", b"Conns:\t123\nConn buckets:\t4096 (12 bits, lfactor -2)\n"
    yield "proc", b"ffffffffc0a4f2e8 b ip_vs_conn_tab\t[ip_vs]\n"
    yield "proc", b"2026-11-27T07:32:59.343Z"
    for number, values in enumerate(
        ("ipv4", "tcp", "10.0.0.0/8", "!10.0.0.1", "80-90", "1024-", "2001:db8::/32", "::1", "1", "53", "8",
         "tcp:10.0.0.1:80", "ESTABLISHED", "ASSURED,!SEEN_REPLY", "0x1/0xff", "0", "1", "2", "127")):
        yield "filter-words", bytes([number]) + values.encode().replace(b" ", b"\0")
