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
TABS = (("3", "[3 Flows]"), ("1", "[1 Services]"))
PACE = re.compile(r"took ([0-9.]+) s, every ([0-9.]+) s")


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
    screen = Screen(140, 40)
    hosts.open.append(screen)
    started = time.monotonic()
    screen.start(f"{subject.program} watch --netns {hosts.director.name} --tab flows")
    report.check("watch shows rows", screen.until(lambda text: f"10.0.0.3:{PORT}" in text), screen.seen)
    report.note(f"watch shows rows after {time.monotonic() - started:.1f} s")
    pace = _judge_pace(screen, report)
    idle = min(_timed(screen.text)[0] for _ in range(10))
    # Each key takes two programs, tmux, in an emulator: what is theirs is noted, too.
    report.note(f"a picture of the screen alone takes {idle * 1000:.0f} ms")
    for words, pause in (("every three seconds", 3), ("without a pause", 0)):
        answers = _press_keys(screen, pause)
        report.note(f"a key {words}: {len(answers)} keys, median {answers[len(answers) // 2] * 1000:.0f} ms, slowest {answers[-1] * 1000:.0f} ms")
        report.check(f"a key {words} is not left unanswered for long", answers[-1] < 5, answers[-5:])
    found = PACE.search(screen.text())
    report.note(f"then a reading {found[0] if found else pace}")
    screen.keys("q")


def _judge_pace(screen, report):
    """Without keys. The header shows how long a reading took, and how often there is one."""
    screen.keys("1")
    time.sleep(60)
    found = PACE.search(screen.text())
    report.check("the header shows the pace of its readings", found, screen.seen)
    if not found:
        return ""
    took, every = (float(part) for part in found.groups())
    report.note(f"watch: a reading {found[0]}")
    report.check("there is one every ten seconds, or half of the time is spent reading", every <= max(10, 2 * took) + 0.2, found[0])
    return found[0]


def _press_keys(screen, pause, seconds=90):
    """How long it takes until each is answered, in ascending order."""
    end = time.monotonic() + seconds
    answers = []
    while time.monotonic() < end:
        for key, mark in TABS:
            answers.append(_timed(lambda: _press(screen, key, mark))[0])
            time.sleep(pause)
    return sorted(answers)


def _press(screen, key, mark, bound=60):
    end = time.monotonic() + bound
    screen.keys(key)
    while mark not in screen.text() and time.monotonic() < end:
        pass
