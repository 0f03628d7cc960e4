"""watch observes packets only on request, shows what that adds to the kernel, and removes it again.

nft lists the tables; the filter's own counters say which rule drops.
"""

import os
import signal

from director import VIP
from filters import drops
from peers import Peers
from screen import Screen, end, head, is_read, processes, table, wait_for
from story import WebStory

QUESTION = "Observe packets?"
ZERO = ("-", "0", "")


def _judge_drop_rows(hosts, report, screen, place):
    """Since counting began, as many as the filter's own rule has counted."""
    screen.keys("4", "Z")

    def agrees(text):
        rows = table(text, "SERVICE")
        is_whole = rows and all((row["CTSTATE"], row["HOOK"]) == ("INVALID", "LOCAL_IN") and place in row["RULE"] for row in rows)
        return is_whole and sum(int(row["PACKETS"]) for row in rows) == sum(one.packets for one in drops(hosts.director))

    screen.see(report, "Drops has FIN, RST and ICMP errors, with the rule, as many as it has counted", agrees)
    report.equal("each in a row", {"FIN", "RST", "ICMP error"}, {row["CLASS"] for row in table(screen.seen, "SERVICE")})
    screen.keys("Z")


def _judge_stuck(hosts, report, screen):
    """Connections whose FIN or RST was traced to its drop, and that IPVS still has as ESTABLISHED."""
    screen.keys("3", "/")
    screen.enter("stuck")
    open_ones = {one.client for one in Peers(hosts.director).connections if one.state == "ESTABLISHED"}
    report.equal("according to ipvsadm -Lcn, both connections are still ESTABLISHED", 2, len(open_ones))
    screen.see(report, "Flows, filtered by stuck, has those of which an end was traced, and no other", lambda text: (
        {end(row["CLIENT"]) for row in table(text, "PROTO")} <= open_ones and len(table(text, "PROTO")) > 0))
    count = len(table(screen.seen, "PROTO"))
    screen.keys("Escape", "2")
    screen.see(report, f"and Servers counts them: {count}", lambda text: [row["STUCK"] for row in table(text, "SERVER ")] == [str(count)])


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    story = WebStory(hosts)
    if subject is None:
        story.tell()
        report.check("the filter drops the packets that end connections", drops(hosts.director), "nothing")
        report.skip("what ct-inspect does (--peers-only)")
        return
    screen = Screen()
    hosts.open.append(screen)
    screen.start(f"{subject.program} watch --netns {hosts.director.name}")
    before = _tables(hosts)
    _judge_question(hosts, report, screen, before)
    number = dict(processes(subject.program))["ct-inspect"]
    _begin(hosts, report, screen, number)
    story.tell()
    _judge_drops(hosts, report, screen)
    screen.keys("o")
    screen.see(report, "o again asks whether to forget the counts", lambda text: "Stop observing?" in text)
    report.check("and removes nothing before the answer", _tables(hosts) != before, before)
    screen.keys("y")
    wait_for(lambda: _tables(hosts) == before)
    report.equal("y: only the previous tables are left", before, _tables(hosts))
    screen.see(report, "and OBSERVING is gone from the header", lambda text: is_read(text) and "OBSERVING" not in text)
    _begin(hosts, report, screen, number)
    os.kill(number, signal.SIGKILL)
    wait_for(lambda: _tables(hosts) == before and not processes(subject.program))
    report.equal("kill -9 leaves no table", before, _tables(hosts))


def _tables(hosts):
    return sorted(hosts.director.run("nft", "list", "tables").stdout.splitlines())


def _judge_question(hosts, report, screen, before):
    report.equal("unasked, it adds nothing", [], [line for line in before if "ct-inspect" in line])
    screen.keys("o")
    screen.see(report, "o shows what it adds, and asks for confirmation", lambda text: all(
        words in text for words in (QUESTION, "nf_tables", "ct-inspect-PID", "1 service")))
    report.equal("and adds nothing before the answer", before, _tables(hosts))
    screen.keys("n")
    screen.see(report, "n: the question is gone", lambda text: QUESTION not in text)
    for key, tab in (("3", "[3 Flows]"), ("1", "[1 Services]")):
        # The last key's action is done before the next one is handled.
        screen.keys(key)
        screen.until(lambda text, tab=tab: tab in text)
    report.equal("n adds nothing", before, _tables(hosts))


def _begin(hosts, report, screen, number):
    """Starts observing, and waits until the table exists and is shown to count."""
    screen.keys("o")
    screen.until(lambda text: QUESTION in text)
    screen.keys("y")
    name = f"ct-inspect-{number}-"
    wait_for(lambda: any(name in line for line in _tables(hosts)))
    own = [line.split()[1:] for line in _tables(hosts) if name in line]
    report.equal("o, y: one table exists", 1, len(own))
    listing = hosts.director.run("nft", "list", "table", *own[0]).stdout if own else ""
    report.check("which is removed with its owner", "flags owner" in listing, listing[:400])
    screen.see(report, "the header shows OBSERVING, columns have rates", lambda text: _rate(text, "INVALID PKT/S") == "0" and "OBSERVING" in text)


def _rate(text, title):
    rows = table(text, "SERVICE")
    return rows[0].get(title) if rows else None


def _judge_drops(hosts, report, screen):
    """Clients retransmit dropped packets, less and less often; the sums stay."""
    seen = {"dropped": False, "invalid": False}

    def watch(text):
        seen["dropped"] |= _rate(text, "DROPPED/S") not in (None, *ZERO)
        seen["invalid"] |= _rate(text, "INVALID PKT/S") not in (None, *ZERO)
        return all(seen.values())

    screen.until(watch)
    report.equal("the service has rates of INVALID and dropped packets", {"dropped": True, "invalid": True}, seen)
    dropping = drops(hosts.director)
    report.check("according to the filter's own counters, one rule drops", len(dropping) == 1 and dropping[0].handle, dropping)
    family, chain, name, handle = dropping[0].place
    place = f"{family} {chain} {name} handle {handle}"
    screen.see(report, f"the banner names it: {place}", lambda text: place in " ".join(text.split()))
    banner = " ".join(screen.seen.split())
    _judge_drop_rows(hosts, report, screen, place)
    _judge_stuck(hosts, report, screen)
    screen.keys("1")
    screen.until(lambda text: "[1 Services]" in text)
    report.check("and what it drops: FIN and RST", " FIN" in banner and " RST" in banner and "INVALID" in banner, banner)
    hosts.director.run("iptables", "-I", "INPUT", "-d", VIP, "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")
    screen.keys("z")
    screen.see(report, "fixed, and z: nothing was dropped since, and the rule is blamed no more", lambda text: (
        ": 0 dropped" in head(text) and place not in " ".join(text.split())))
    screen.keys("Z")
    screen.see(report, "Z shows what was dropped before", lambda text: "since counting began" in text and ": 0 dropped" not in head(text))
