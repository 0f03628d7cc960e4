"""check --for behind a filter that drops INVALID: what it predicts is an error once packets were dropped, with their number and the rule."""

import signal

from counters import Counters
from filters import PLAIN, drops
from observing import Seen, Watch
from story import WebStory

CHECKS = "invalid-dropped,icmp-not-accepted,packets-dropped,answers-dropped,lost-before-local-in,lost-before-post-routing"


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.director.run("nft", "-f", "-", text=PLAIN)
    story = WebStory(hosts)
    counters = Counters(hosts.director, story.ends)
    if subject is not None:
        _judge_interrupted(hosts, subject, report)
    watch = Watch(hosts, subject, "--for", "30s", "--only", CHECKS, command="check") if subject else None
    story.tell()
    hosts.silence()
    seen = Seen(counters.read(), drops(hosts.director), [])
    report.equal("FIN, RST and ICMP errors are dropped", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    if watch is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    status, documents, complaints = watch.wait()
    report.equal("check --for exits with 1 and one document", (1, 1, ""), (status, len(documents), complaints))
    report.equal("nothing of it is left", [], watch.tables())
    _judge(report, seen, documents[0])


def _judge(report, seen, document):
    findings = {one["id"]: one for one in document["findings"]}
    severities = {name: one["severity"] for name, one in findings.items()}
    report.equal("drops that were counted are an error, of ICMP a warning", {"invalid-dropped": "error", "icmp-not-accepted": "warning"}, severities)
    arrived = seen.total("local_in")
    report.equal("every packet at the filter was counted", arrived, document["watched"]["packets"])
    for name, kinds in (("invalid-dropped", ("fin", "rst")), ("icmp-not-accepted", ("icmp_error",))):
        one = findings[name]
        lost = sum(value[0] for key, value in seen.dropped.items() if key[1] in kinds)
        report.equal(f"{name}: the drops are those of the independent counters", (lost, arrived), (one["evidence"]["dropped"], one["evidence"]["packets"]))
        said = f"{lost} of {arrived} packets to it were dropped like that" if lost > 1 else f"{lost} of {arrived} packets to it was dropped like that"
        report.check(f"{name}: the sentence says so, and which rule was traced", said in one["reason"] and "inet edge input handle" in one["reason"].split(said)[1], one["reason"])
        report.check(f"{name}: advise is the next step", "ct-inspect advise" in one["remedy"], one["remedy"])
    report.equal("nothing else was lost", [], [one["id"] for one in document["not_checked"] if one["id"] != "answers-dropped"])


def _judge_interrupted(hosts, subject, report):
    """SIGTERM while it counts: it says what it has, and leaves nothing."""
    watch = Watch(hosts, subject, "--for", "10m", "--only", CHECKS, command="check")
    watch.process.send_signal(signal.SIGTERM)
    status, documents, complaints = watch.wait()
    document = documents[0]
    report.equal("interrupted, it reports, and leaves no table", (1, True, []), (status, document["watched"]["interrupted"], watch.tables()))
    report.equal("what was predicted is a warning without packets", ["warning", "warning"], [one["severity"] for one in document["findings"]])
    report.check("what needs packets is no pass", "packets-dropped" in {one["id"] for one in document["not_checked"]}, (document, complaints))
