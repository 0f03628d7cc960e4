"""A hundred thousand connections: through BPF they are read, joined and printed before /proc has listed them."""

import os
import socket
import struct
import time

from director import VIP
from namespace import command

COUNT = 100_000
PORT = 5353
FLOWS, ROWS = "/run/flows", "/run/rows"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs(f"-A -u {VIP}:{PORT} -s rr", f"-a -u {VIP}:{PORT} -r 10.0.0.3:{PORT} -g")
    hosts.director.ip("route add 10.1.0.0/16 dev eth0", "route add 10.2.0.0/16 dev eth0")
    started = time.monotonic()
    _send(hosts)
    report.note(f"{COUNT} datagrams took {time.monotonic() - started:.1f} s")
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    with hosts.director.inside():
        bpf, _ = _timed(lambda: command("sh", "-c", f"{subject.program} flows --json --connections bpf > {FLOWS}"))
        summary, counts = _timed(lambda: subject.run("flows", "--summary", "--json").stdout)
        rows, _ = _timed(lambda: command("sh", "-c", f"cat /proc/net/ip_vs_conn > {ROWS}"))
    report.note(f"flows --json {bpf:.1f} s, flows --summary {summary:.1f} s, cat /proc/net/ip_vs_conn {rows:.1f} s")
    listed = _count(ROWS, b"\n") - 1
    report.check("all connections are there", listed >= COUNT, listed)
    report.equal("flows --json has each of them", listed, _count(FLOWS, b'"verdict":"absent"'))
    report.check("flows --summary counts them", f'"connections":{listed}' in counts.replace(" ", ""), counts[:2000])
    report.check("flows --json takes less than cat, which joins and explains nothing", bpf < rows, (bpf, rows))
    for path in (FLOWS, ROWS):
        os.unlink(path)


def _count(path, mark):
    with open(path, "rb") as file:
        return file.read().count(mark)


def _timed(work):
    started = time.monotonic()
    result = work()
    return time.monotonic() - started, result


def _send(hosts):
    """UDP datagrams, each from another client, with a header of our own."""
    vip = socket.inet_aton(VIP)
    with hosts.client.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        for number in range(COUNT):
            source = struct.pack("!I", 0x0A01_0000 + number)
            header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 29, 0, 0, 64, socket.IPPROTO_UDP, 0, source, vip)
            raw.sendto(header + struct.pack("!HHHHc", 40_000, PORT, 9, 0, b"x"), (VIP, 0))
