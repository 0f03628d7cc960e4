"""Two observers agree, nft(8) works at the same time, nothing interferes, and kill -9 leaves nothing behind."""

from counters import Counters
from listings import base_chains, judge_listings
from filters import drops
from observing import Seen, Watch, judge
from story import WebStory

FIRST, LAST = -(2**31), 2**31 - 2
POINTS = [
    ("forward", FIRST), ("forward", 98),
    ("input", FIRST), ("input", 98), ("input", LAST),
    ("output", -199), ("output", -101), ("output", LAST),
    ("postrouting", FIRST), ("postrouting", 99), ("postrouting", LAST),
    ("prerouting", -399), ("prerouting", -199), ("prerouting", LAST),
]


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    story = WebStory(hosts)
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    counters = Counters(hosts.director, story.ends)
    watches = [Watch(hosts, subject) for _ in range(2)]
    _judge_death(hosts, subject, report)
    _judge_refusal(hosts, subject, report)
    for watch in watches:
        [table] = watch.tables()
        chains = base_chains(hosts.director, table)
        report.equal("it counts at the expected hooks and priorities, with policy accept", [(*point, "accept") for point in POINTS], chains)
    everyone = [table for watch in watches for table in watch.tables()]
    story.tell()
    judge_listings(report, hosts.director, everyone)
    hosts.silence()
    seen = Seen(counters.read(), drops(hosts.director), [])
    report.equal("nft flush ruleset by others works", 0, hosts.director.run("nft", "flush", "ruleset", check=False).returncode)
    report.equal("and leaves ours alone", everyone, [table for watch in watches for table in watch.tables()])
    seen.documents = [watch.end() for watch in watches]
    judge(report, seen)
    report.equal("once they exit their tables are gone", "", hosts.director.run("nft", "list", "tables").stdout)


def _judge_death(hosts, subject, report):
    doomed = Watch(hosts, subject, "--trace")
    doomed.kill()
    report.equal("kill -9 leaves no table", [], doomed.tables())


def _judge_refusal(hosts, subject, report):
    said = subject.run("observe", "--service", "tcp/10.9.9.9:80", "--for", "1s", "--netns", hosts.director.name, check=False)
    report.equal("a service that does not exist is refused with status 74", 74, said.returncode)
    report.check("and those that exist are named", "no such service; IPVS has tcp 10.0.0.100:80" in said.stderr, said.stderr)
