#!/usr/bin/env python3
"""make-services.py FIXTURES FOLDER SERVICES SERVERS

Writes a capture of a director with this many services of IPVS, each with this many real servers, into a new FOLDER, in the format of `ct-inspect
capture`. Everything else is taken from the directory dr-untracked of FIXTURES, as are the messages about a service and a real server, with
addresses and numbers patched: at the attributes found in them, so that it does not share a fault with ct-inspect's own code.
"""

import importlib.util
import os
import pathlib
import random
import shutil
import struct
import sys

_spec = importlib.util.spec_from_file_location("make_capture", pathlib.Path(__file__).with_name("make-capture.py"))
capture = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(capture)

# linux/ip_vs.h
GET_SERVICE, NEW_SERVICE, GET_DEST, NEW_DEST = 4, 1, 8, 5
SERVICE, DEST = 1, 2
SERVICE_ADDRESS, SERVICE_PORT = 3, 4
DEST_ADDRESS, DEST_PORT, DEST_WEIGHT, DEST_ACTIVE, DEST_INACTIVE, DEST_STATS, DEST_STATS64 = 1, 2, 4, 7, 8, 10, 12
SERVICE_STATS, SERVICE_STATS64 = 10, 12
HEADERS = 20
NESTED = 0x8000
DUMP = 0x300


def attributes(message, start, end):
    """(type, place of the payload, its end) of each attribute."""
    while start + 4 <= end:
        length, kind = struct.unpack_from("=HH", message, start)
        yield kind & ~NESTED, start + 4, start + length
        start += (length + 3) & ~3


def within(message, kind):
    """The attributes of the one nested in a message, by type."""
    length = struct.unpack_from("=I", message)[0]
    place = next((begin, end) for found, begin, end in attributes(message, HEADERS, length) if found == kind)
    return {found: (begin, end) for found, begin, end in attributes(message, *place)}


def set_numbers(message, place, chance):
    """All counters of a STATS or STATS64 attribute, which are of four or eight bytes."""
    for _, begin, end in attributes(message, *place):
        form = {4: "=I", 8: "=Q"}.get(end - begin)
        if form:
            struct.pack_into(form, message, begin, chance.randrange(1 << 31))


def service(template, address, port, chance=None):
    message = bytearray(template)
    found = within(message, SERVICE)
    struct.pack_into("!I", message, found[SERVICE_ADDRESS][0], address)
    struct.pack_into("!H", message, found[SERVICE_PORT][0], port)
    for kind in (SERVICE_STATS, SERVICE_STATS64):
        if chance and kind in found:
            set_numbers(message, found[kind], chance)
    return bytes(message)


def destination(template, address, port, chance):
    message = bytearray(template)
    found = within(message, DEST)
    struct.pack_into("!I", message, found[DEST_ADDRESS][0], address)
    struct.pack_into("!H", message, found[DEST_PORT][0], port)
    for kind in (DEST_WEIGHT, DEST_ACTIVE, DEST_INACTIVE):
        struct.pack_into("=I", message, found[kind][0], chance.randrange(1, 1000))
    for kind in (DEST_STATS, DEST_STATS64):
        if kind in found:
            set_numbers(message, found[kind], chance)
    return bytes(message)


def messages(datagram):
    start = 0
    while start + 16 <= len(datagram):
        length = struct.unpack_from("=I", datagram, start)[0]
        yield datagram[start:start + length]
        start += (length + 3) & ~3


def answer(messages):
    """Packed into datagrams, as the kernel does, and the end."""
    datagram = bytearray()
    for message in messages:
        if len(datagram) + len(message) > capture.MOST_OF_A_DATAGRAM:
            yield bytes(datagram)
            datagram.clear()
        datagram += message + bytes(-len(message) % 4)
    yield bytes(datagram)
    yield struct.pack("=IHHIIi", 20, capture.DONE, capture.MULTI, 0, capture.PORT_ID, 0)


def is_about(exchange, command, new):
    bus, question, answers = exchange
    if bus != capture.GENERIC or question[16] != command or not struct.unpack_from("=H", question, 6)[0] & DUMP:
        return False
    return len(answers[0]) > HEADERS and answers[0][16] == new


def write_netlink(path, fixtures, services, servers):
    header, found = capture.exchanges(os.path.join(fixtures, "dr-untracked/capture/netlink.pcap"))
    chance = random.Random(services)
    listing = next(one for one in found if is_about(one, GET_SERVICE, NEW_SERVICE))
    servers_of_one = next(one for one in found if is_about(one, GET_DEST, NEW_DEST))
    one_service, one_server = next(messages(listing[2][0])), next(messages(servers_of_one[2][0]))
    all_services = [(0x0A000000 + number // 16, 8000 + number % 16) for number in range(services)]
    pcap = capture.Pcap(path)
    pcap.header(header)
    for exchange in found:
        bus, question, answers = exchange
        if is_about(exchange, GET_DEST, NEW_DEST):
            continue
        if not is_about(exchange, GET_SERVICE, NEW_SERVICE):
            pcap.exchange(bus, question, answers)
            continue
        pcap.exchange(bus, question, answer(service(one_service, *place, chance) for place in all_services))
        for number, place in enumerate(all_services):
            its = (destination(one_server, 0x0A800000 + number * servers + own, 8080, chance) for own in range(servers))
            pcap.exchange(bus, service(servers_of_one[1], *place), answer(its))
    pcap.file.close()


def main(fixtures, folder, services, servers):
    shutil.copytree(os.path.join(fixtures, "dr-untracked/capture"), folder)
    os.remove(os.path.join(folder, "CRC32SUMS"))
    write_netlink(os.path.join(folder, "netlink.pcap"), fixtures, int(services), int(servers))
    capture.seal(folder)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
