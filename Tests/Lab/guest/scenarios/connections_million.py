"""A million connections, as many as the trap leaves on a busy director: read, joined and shown. On request: make lab-million."""

import json
import os
import re
import threading
import time

from director import VIP
from namespace import command
from screen import Screen
from traffic import flood

ON_REQUEST = True
COUNT = 1_000_000
PORT = 5353
MOST_SECONDS, MOST_MEGABYTES = 120, 250
FLOWS = "/run/flows"
TABS = (("1", "[1 Services]"), ("2", "[2 Flows]"))


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs(f"-A -u {VIP}:{PORT} -s rr", f"-a -u {VIP}:{PORT} -r 10.0.0.3:{PORT} -g")
    hosts.director.run("ipvsadm", "--set", "0", "0", "7200")  # UDP: longer than all this takes
    # 10.1.0.0 to 10.16.66.63
    hosts.director.ip("route add 10.0.0.0/11 dev eth0")
    started = time.monotonic()
    sender = threading.Thread(target=flood, args=(hosts.client, (VIP, PORT), COUNT))
    sender.start()
    sender.join()
    report.note(f"{COUNT} datagrams took {time.monotonic() - started:.0f} s")
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    with hosts.director.inside():
        _judge_json(subject, report)
        took, counts = _timed(lambda: subject.run("flows", "--summary", "--json").stdout)
        report.note(f"flows --summary took {took:.1f} s")
        report.check("flows --summary counts them", f'"connections":{COUNT},' in counts.replace(" ", ""), counts[:2000])
        _compare(report, "cat /proc/net/ip_vs_conn > /run/rows")
        _compare(report, "ipvsadm -Lcn > /run/rows")
        document = json.loads(subject.run("flows", "--summary", "--json", "--connections", "proc", "--max-read-time", "60s").stdout)
        report.note(f"flows --connections proc: {document['connections_read']} of about {document['connections_known']} were read")
    _judge_watch(hosts, subject, report)


def _timed(work):
    started = time.monotonic()
    result = work()
    return time.monotonic() - started, result


def _judge_json(subject, report):
    script = f"{subject.program} flows --json > {FLOWS} & wait $!; echo $?"
    took, status = _timed(lambda: command("sh", "-c", script, timeout=600).stdout)
    with open(FLOWS, "rb") as file:
        flows = sum(piece.count(b'"verdict":"absent"') for piece in file)
    report.equal("flows --json has each connection", (COUNT, "0\n"), (flows, status))
    peak = _peak_of(subject)
    report.note(f"flows --json took {took:.1f} s and {peak:.0f} MB at most")
    report.check(f"in under {MOST_SECONDS} s", took < MOST_SECONDS, took)
    report.check(f"with at most {MOST_MEGABYTES} MB", peak <= MOST_MEGABYTES, peak)
    os.unlink(FLOWS)


def _peak_of(subject):
    """Megabytes (10^6) of a run that writes to /dev/null."""
    script = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
              " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(command("python3", "-c", script, subject.program, "flows", "--json", timeout=600).stdout) * 1024 / 1e6


def _compare(report, line, seconds=40):
    took, _ = _timed(lambda: command("timeout", str(seconds), "sh", "-c", line, check=False, timeout=600))
    with open("/run/rows", "rb") as file:
        rows = sum(1 for _ in file)
    report.note(f"{line.split(' >')[0]}: {rows} rows in {took:.0f} s" + (", not finished" if took >= seconds else ""))
    os.unlink("/run/rows")


def _judge_watch(hosts, subject, report):
    """Keys are pressed for four minutes, while readings come and go."""
    screen = Screen(140, 40)
    hosts.open.append(screen)
    started = time.monotonic()
    screen.start(f"{subject.program} watch --netns {hosts.director.name} --tab flows")
    report.check("watch shows rows", screen.until(lambda text: f"10.0.0.3:{PORT}" in text), screen.seen)
    report.note(f"watch shows rows after {time.monotonic() - started:.1f} s")
    idle = min(_timed(screen.text)[0] for _ in range(10))
    answers = []
    while time.monotonic() - started < 240:
        answers += [_timed(lambda: _press(screen, key, mark))[0] for key, mark in TABS]
    answers.sort()
    report.note(f"{len(answers)} keys: median {answers[len(answers) // 2] * 1000:.0f} ms, slowest {answers[-1] * 1000:.0f} ms; a picture alone takes {idle * 1000:.0f} ms")
    # Each takes two programs, tmux, in an emulator; the figures above say more.
    report.check("no key is left unanswered for long", answers[-1] < 10, answers[-5:])
    screen.keys("5")
    screen.until(lambda text: "[5 Health]" in text)
    report.note("; ".join(" ".join(line.split()) for line in screen.seen.splitlines() if re.search(r"[Rr]eading|core", line)))
    screen.keys("q")


def _press(screen, key, mark, bound=60):
    end = time.monotonic() + bound
    screen.keys(key)
    while mark not in screen.text() and time.monotonic() < end:
        pass
