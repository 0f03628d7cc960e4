"""Runs "ct-inspect observe" alongside the independent counters, and compares their results for the same packets."""

import json
import signal
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass

from counters import POINTS, Counters
from filters import drops

BOUND = 90  # seconds; an emulated host can be slow
BEFORE_FILTER = {"local_in": "local_in_passed", "forward": "forward_passed"}
# Where the independent counters count, too; the observer has more points.
COMMON = set(POINTS)


class Watch:
    """An observer running in the background, or another command that observes; its table exists once this is created."""

    def __init__(self, hosts, subject, *options, form=("--json",), command="observe"):
        self.director = hosts.director
        self.output, self.complaints = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        words = (subject.program, command, *form, "--netns", self.director.name, *options)
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.complaints)
        end = time.monotonic() + BOUND
        while not self.tables():
            if self.process.poll() is not None or time.monotonic() > end:
                self.kill()
                raise RuntimeError(f"the observer does not count: status {self.process.returncode}: {self.said(self.complaints)}")
            time.sleep(0.1)

    def tables(self):
        """The observer's own nf_tables tables."""
        text = self.director.run("nft", "list", "tables").stdout
        return [line.split()[1:3] for line in text.splitlines() if f"-{self.process.pid}-" in line]

    @staticmethod
    def said(file):
        file.seek(0)
        return file.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self):
        """Waits for it to exit; returns its status, the documents it printed, and its error output."""
        status, text, complaints = self._finish()
        return status, [json.loads(line) for line in text.splitlines()], complaints

    def _finish(self):
        try:
            status = self.process.wait(BOUND)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError("the observer does not end") from None
        return status, self.said(self.output), self.said(self.complaints)

    def end(self):
        """Interrupts it; returns its one document."""
        self.process.send_signal(signal.SIGINT)
        status, documents, complaints = self.wait()
        if status != 0 or len(documents) != 1:
            raise RuntimeError(f"the observer ended with status {status}, {len(documents)} documents: {complaints}")
        return documents[0]

    def end_in_words(self):
        """Interrupts one without JSON output; returns its text."""
        self.process.send_signal(signal.SIGINT)
        status, text, complaints = self._finish()
        if status != 0:
            raise RuntimeError(f"the observer ended with status {status}: {complaints}")
        return text


@dataclass
class Seen:
    """The independent counts, the drops counted by the filters, and the documents of any observers.

    The text is the output of an additional observer without JSON, the filtered document that of one with --filter.
    """

    counts: dict
    drops: list
    documents: list
    text: str = None
    filtered: dict = None

    def total(self, point, *wanted):
        """Packets at a point with any of the wanted classes and ctstates; all packets if none is given."""
        return sum(value[0] for key, value in self.counts.items() if key[0] == point and (not wanted or set(key[1:]) & set(wanted)))

    def states(self, point):
        return {key[2] for key in self.counts if key[0] == point}

    @property
    def dropped(self):
        """The packets missing after the filter."""
        found = {}
        for (point, kind, state), (packets, octets) in self.counts.items():
            if point in BEFORE_FILTER:
                passed = self.counts.get((BEFORE_FILTER[point], kind, state), (0, 0))
                found[point, kind, state] = (packets - passed[0], octets - passed[1])
        return {key: value for key, value in found.items() if value[0]}


def observe(hosts, subject, story, *options, observers=1, in_words=False, expression=None):
    """Counts and observes a story, from before its first packet until no more are sent."""
    counters = Counters(hosts.director, story.ends)
    watches = [Watch(hosts, subject, *options) for _ in range(observers if subject else 0)]
    speaker = Watch(hosts, subject, *options, form=()) if watches and in_words else None
    chooser = Watch(hosts, subject, *options, "--filter", expression) if watches and expression else None
    story.tell()
    hosts.silence()
    seen = Seen(counters.read(), drops(hosts.director), [])
    seen.documents = [watch.end() for watch in watches]
    seen.text = speaker.end_in_words() if speaker else None
    seen.filtered = chooser.end() if chooser else None
    return seen


def _cells(items, key):
    found = Counter(), Counter()
    for item in items:
        for cell in item[key]:
            # Packets of a service by mark are counted once more at LOCAL_IN, from where they are missed.
            point = "local_in" if key == "dropped" and cell["point"] == "local_in_marked" else cell["point"]
            if point not in COMMON:
                continue
            name = (point, cell["class"], cell["ctstate"])
            found[0][name] += cell["packets"]
            found[1][name] += cell["bytes"]
    return {name: (found[0][name], found[1][name]) for name in found[0]}


def losses(document):
    """(where, class, ctstate): packets, of everything that a document shows as lost."""
    found = Counter()
    for one in document["services"] + document["elsewhere"]:
        for cell in one["dropped"]:
            found[cell["where"], cell["class"], cell["ctstate"]] += cell["packets"]
    return dict(found)


def judge(report, seen):
    """Compares the observer with the actual events, which each scenario checks separately."""
    by_filters = sum(drop.packets for drop in seen.drops)
    report.equal("the counters and the filter agree on what was dropped", by_filters, sum(value[0] for value in seen.dropped.values()))
    if not seen.documents:
        report.skip("what ct-inspect says (--peers-only)")
    for document in seen.documents:
        judge_counts(report, seen, document)
        judge_blame(report, seen, document)


def judge_counts(report, seen, document):
    head = (document["schema"], document["command"], document["complete"], document["losses"])
    report.equal("observe --json is a complete ct-inspect/1 document", ("ct-inspect/1", "observe", True, []), head)
    owned = document["services"] + document["elsewhere"]
    counted = f"each point, class and ctstate has the packets and bytes of the independent counters ({seen.total('pre_routing')} arrived)"
    report.equal(counted, *(sorted(one.items()) for one in (seen.counts, _cells(owned, "packets"))))
    dropped = f"the drops are the packets missing after the filter ({sum(value[0] for value in seen.dropped.values())})"
    report.equal(dropped, *(sorted(one.items()) for one in (seen.dropped, _cells(owned, "dropped"))))
    elsewhere = {key: packets for key, packets in losses(document).items() if key[0] not in BEFORE_FILTER}
    report.equal("and nothing is lost anywhere else", {}, elsewhere)


def judge_blame(report, seen, document):
    """Tracing is rate-limited, so a rule may have dropped more packets than were traced; the set of rules is exact."""
    blame = document["blame"] or []
    rules = {(one["family"], one["table"], one["chain"], one["handle"]): one for one in blame}
    dropping = {drop.place: drop for drop in seen.drops}
    report.same_set("the rules blamed are exactly those whose own counters went up", list(dropping), list(rules))
    report.equal(
        "with their text as in nft list ruleset",
        {place: drop.rule for place, drop in dropping.items()}, {place: one["rule"] for place, one in rules.items()},
    )
    excess = [(place, drop.packets, rules[place]["packets"]) for place, drop in dropping.items()
              if place in rules and not 0 < rules[place]["packets"] <= drop.packets]
    report.equal("with no more packets than they dropped", [], excess)
    kinds = {key[1:] for key in seen.dropped}
    blamed = {(cell["class"], cell["ctstate"]) for one in blame for cell in one["dropped"]}
    report.equal("and with the classes and ctstates that were dropped", sorted(kinds), sorted(blamed))
