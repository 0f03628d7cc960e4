"""One crafted ICMP or ICMPv6 message, as a router between the real server and the client would send it."""

import socket
import struct

MTU = 1400


def too_big(host, client, virtual, protocol):
    """Sends "fragmentation needed" (ICMPv6: "packet too big") to the virtual address, about a packet from it to the client.

    Both ends are (address, port), the protocol a number.
    """
    family = socket.AF_INET6 if ":" in client[0] else socket.AF_INET
    ends = [socket.inet_pton(family, end[0]) for end in (virtual, client)]
    payload = struct.pack("!HHI", virtual[1], client[1], 1 if protocol == socket.IPPROTO_TCP else 8 << 16)
    if family == socket.AF_INET:
        header = struct.pack("!BBHHHBBH", 0x45, 0, MTU + 100, 1, 0x4000, 63, protocol, 0) + b"".join(ends)
        header = header[:10] + internet_checksum(header) + header[12:]
        message = _with_checksum(struct.pack("!BBHHH", 3, 4, 0, 0, MTU) + header + payload)
    else:
        # The kernel fills the checksum in (RFC 3542, 3.1).
        message = struct.pack("!BBHI", 2, 0, 0, MTU) + struct.pack("!IHBB", 6 << 28, MTU, protocol, 63) + b"".join(ends) + payload
    with host.inside():
        kind = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
        with socket.socket(family, socket.SOCK_RAW, kind) as sender:
            sender.bind((client[0], 0))
            sender.sendto(message, (virtual[0], 0))


def _with_checksum(message):
    return message[:2] + internet_checksum(message) + message[4:]


def internet_checksum(octets):
    """RFC 1071; the field itself is 0."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)
