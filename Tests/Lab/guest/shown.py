"""Checks what ct-inspect watch shows of what ct-inspect check finds, in the banner and in Findings, and that its threads have what they need."""

import os

from checking import FILTER
from director import VIP
from screen import Screen, processes, wait_for

NET_ADMIN, NET_RAW, SYS_ADMIN = 12, 13, 21
# Six are judged by what grows between two readings, which check does with --for, and files load rules in the host's own namespace only.
ALL_MADE = " 7 could not be made"


def judge_trap_shown(hosts, subject, report, rule):
    """Before a packet was sent, until an INVALID packet is accepted; `rule` is in what is said of the rule that drops."""
    screen = _start(hosts, subject, report)
    if screen is None:
        return
    screen.see(report, "watch: the banner names the finding before a packet was sent", lambda text: "\ninvalid-dropped" in text)
    report.check("and the rule that drops", rule in _words(screen), screen.seen)
    _judge_capabilities(subject, report)
    screen.keys("7")
    screen.see(report, "Findings has those about the filter", lambda text: all(f"\n{one} " in text for one in FILTER[:2]))
    screen.keys("Enter")
    screen.see(report, "Enter shows the rule, how it is known and what helps",
               lambda text: all(one in " ".join(text.split()) for one in (rule, "sandbox", "To fix it, accept", "man ct-inspect-findings")))
    screen.keys("Enter")
    document = subject.run("watch", "--once", "--netns", hosts.director.name).stdout
    report.check("watch --once has it as well", "\ninvalid-dropped" in document and rule in " ".join(document.split()), document)
    hosts.director.run("nft", "insert", "rule", "ip", "filter", rule, "ip", "daddr", VIP, "ct", "state", "invalid", "accept")
    screen.see(report, "with a rule that accepts, the finding goes by itself", lambda text: "invalid-dropped" not in text and ALL_MADE in text)
    _end(subject, screen)


def judge_none_shown(hosts, subject, report):
    screen = _start(hosts, subject, report)
    if screen is None:
        return
    screen.keys("7")
    screen.see(report, "watch: the checks are all made", lambda text: ALL_MADE in text)
    report.equal("and Findings has none about the filter", [], [one for one in FILTER if f"\n{one} " in screen.seen])
    screen.keys("1")
    screen.until(lambda text: "[1 Services]" in text)
    report.check("nor has the banner", not any(f"\n{one}" in screen.seen for one in FILTER), screen.seen)
    _end(subject, screen)


def _start(hosts, subject, report):
    if subject is None:
        report.skip("what ct-inspect watch shows (--peers-only)")
        return None
    screen = Screen(160, 50)
    hosts.open.append(screen)
    screen.start(f"{subject.program} watch --netns {hosts.director.name}")
    return screen


def _words(screen):
    return " ".join(screen.seen.split())


def _end(subject, screen):
    screen.keys("q")
    wait_for(lambda: not processes(subject.program))


def _judge_capabilities(subject, report):
    """Only the thread that makes the checks may make namespaces."""
    number = dict(processes(subject.program))["ct-inspect"]
    held = {}
    for thread in os.listdir(f"/proc/{number}/task"):
        with open(f"/proc/{number}/task/{thread}/status", encoding="utf-8") as file:
            line = next(line for line in file if line.startswith("CapPrm:"))
        held[int(thread)] = {bit for bit in range(64) if int(line.split()[1], 16) >> bit & 1}
    report.equal("the thread that reads keys has CAP_NET_ADMIN only", {NET_ADMIN}, held.pop(number))
    report.check("the others have no more than the sandbox needs", held and all(one <= {NET_ADMIN, NET_RAW, SYS_ADMIN} for one in held.values()), held)
