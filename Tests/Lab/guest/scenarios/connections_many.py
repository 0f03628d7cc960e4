"""A hundred thousand connections: through BPF they are read, joined and printed before /proc has listed them."""

import json
import os
import re
import signal
import subprocess
import threading
import time

from director import VIP
from loaded import loaded, loaded_once_as
from namespace import command
from traffic import flood

COUNT = 100_000
# Seconds; --follow prints what it has read, tens of thousands of lines.
MOST_TO_END = {"--summary": 1, "--for": 1, "--follow": 10}
PORT = 5353
FLOWS, ROWS = "/run/flows", "/run/rows"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs(f"-A -u {VIP}:{PORT} -s rr", f"-a -u {VIP}:{PORT} -r 10.0.0.3:{PORT} -g")
    hosts.director.ip("route add 10.1.0.0/16 dev eth0", "route add 10.2.0.0/16 dev eth0")
    started = time.monotonic()
    sender = threading.Thread(target=flood, args=(hosts.client, (VIP, PORT), COUNT))
    sender.start()
    changing = []
    while sender.is_alive() and subject is not None:
        with hosts.director.inside():
            changing.append(subject.run("flows", "--json", "--connections", "bpf").stdout)
    sender.join()
    report.note(f"{COUNT} datagrams took {time.monotonic() - started:.1f} s, beside {len(changing)} readings")
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    _judge_changing(report, [json.loads(text) for text in changing[:3]])
    with hosts.director.inside():
        bpf, _ = _timed(lambda: command("sh", "-c", f"{subject.program} flows --json --connections bpf > {FLOWS}"))
        summary, counts = _timed(lambda: subject.run("flows", "--summary", "--json").stdout)
        rows, _ = _timed(lambda: command("sh", "-c", f"cat /proc/net/ip_vs_conn > {ROWS}"))
    report.note(f"flows --json {bpf:.1f} s, flows --summary {summary:.1f} s, cat /proc/net/ip_vs_conn {rows:.1f} s")
    listed = _count(ROWS, b"\n") - 1
    report.check("all connections are there", listed >= COUNT, listed)
    report.equal("flows --json has each of them", listed, _count(FLOWS, b'"verdict":"absent"'))
    report.check("flows --summary counts them", f'"connections":{listed}' in counts.replace(" ", ""), counts[:2000])
    # A tenth is the target, which a guest on a busy machine may miss.
    report.check("flows --json takes a fifth of cat's time at most, which joins and explains nothing", bpf * 5 < rows, (bpf, rows))
    with hosts.director.inside():
        took, text = _timed(lambda: subject.run("flows", "--summary", "--json", "--connections", "proc", "--max-read-time", "1s", check=False).stdout)
    document = json.loads(text)
    read, known = document["connections_read"], document["connections_known"]
    report.check("within a second /proc is not read to its end, which is said", not document["complete"] and read < known, document["losses"])
    report.check("with what the services count", abs(known - listed) <= COUNT / 100, (known, listed))
    report.note(f"of /proc {read} of about {known} connections were read in a second; the command took {took:.1f} s")
    _judge_interruption(hosts, subject, report)
    _judge_span(hosts, subject, report)
    _judge_endurance(hosts, subject, report)
    for path in (FLOWS, ROWS):
        os.unlink(path)


def _judge_interruption(hosts, subject, report):
    """SIGINT while /proc is read, which takes half a minute."""
    for words in (("--summary", "--json"), ("--follow", "--json"), ("--for", "30s", "--summary", "--json")):
        with hosts.director.inside():
            reading = subprocess.Popen(
                (subject.program, "flows", "--connections", "proc", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(4)
        started = time.monotonic()
        reading.send_signal(signal.SIGINT)
        out, _ = reading.communicate(timeout=120)
        took = time.monotonic() - started
        report.note(f"flows {' '.join(words)} ended {took * 1000:.0f} ms after SIGINT")
        report.check(f"SIGINT ends flows {words[0]} in time, with status 0", took < MOST_TO_END[words[0]] and reading.returncode == 0, (took, reading.returncode))
        if words[0] == "--summary":
            document = json.loads(out)
            read, known = document["connections_read"], document["connections_known"]
            report.check("with what was read until then, and what is missing", 0 < read < known and "interrupted" in str(document["losses"]), document["losses"])


def _judge_span(hosts, subject, report):
    """--for takes its time and one reading, however long a reading takes."""
    with hosts.director.inside():
        took, text = _timed(lambda: subject.run("flows", "--summary", "--json", "--connections", "proc", "--max-read-time", "8s", "--for", "5s").stdout)
    report.note(f"flows --for 5s --max-read-time 8s took {took:.1f} s")
    report.check("--for 5s takes five seconds and a reading of eight", took < 20, took)
    report.check("and says that never could not be proven, and why", "longer than --max-read-time" in text and "the verdict never" in text, text[-2000:])


def _judge_endurance(hosts, subject, report):
    """Some thousand runs of the program, beside traffic: a reading of so many connections takes two hundred."""
    before = loaded()
    sender = threading.Thread(target=flood, args=(hosts.client, (VIP, PORT), COUNT))
    sender.start()
    with hosts.director.inside():
        said = subject.run("flows", "--follow", "--interval", "10ms", "--for", "30s", "--verdict", "never", "--connections", "bpf")
    sender.join()
    report.equal("reading again and again ends well", (0, ""), (said.returncode, said.stderr))
    report.equal("no program and no map stays in the kernel", before, loaded_once_as(before))
    troubles = [line for line in command("dmesg").stdout.splitlines() if re.search(r"\bstall|lockup|BUG:|WARNING:|hung task", line)]
    report.equal("the kernel's log names no stall", [], troubles)


def _judge_changing(report, documents):
    """While connections come, each of those that were there before is read, once."""
    report.check("readings of a changing table are complete", documents and all(document["complete"] for document in documents), [document["losses"] for document in documents])
    before = set()
    for document in documents:
        clients = [flow["client"]["address"] for flow in document["flows"]]
        report.equal("no connection is read twice", len(clients), len(set(clients)))
        report.check("none that was read before is missing", before <= set(clients), len(before - set(clients)))
        before = set(clients)


def _count(path, mark):
    with open(path, "rb") as file:
        return file.read().count(mark)


def _timed(work):
    started = time.monotonic()
    result = work()
    return time.monotonic() - started, result
