"""Checks a cure: nothing is dropped, and IPVS sees connections end."""

import manual
from checking import judge_in_order
from observing import judge, observe
from shown import judge_none_shown
from story import WebStory


def judge_cure(hosts, subject, report, ctstates, transcript=None, on_screen=False, story=None, everywhere=True):
    """With `on_screen` what watch shows is judged, too. The ctstates are those in which packets arrive; the transcript is a display of the manual page."""
    if story is None:
        hosts.vs_conntrack(0)
        story = WebStory(hosts)
    judge_in_order(hosts, subject, report, everywhere)
    if on_screen:
        judge_none_shown(hosts, subject, report)
    seen = observe(hosts, subject, story, in_words=transcript is not None)
    report.equal("packets arrive in the expected ctstates", ctstates, seen.states("pre_routing"))
    report.equal("nothing is dropped", ({}, []), (seen.dropped, seen.drops))
    came = {key[1] for key in seen.counts if key[0] == "local_in_passed"}
    report.equal("every class passes the filter", {"syn", "ack", "fin", "rst", "icmp_error"}, came)
    judge(report, seen)
    for document in seen.documents:
        states = [state for one in document["services"] for state in one["connections"]]
        report.check("IPVS has seen the connections end", states and "ESTABLISHED" not in states, states)
    if seen.text is not None:
        manual.judge_transcript(report, transcript, seen.text)
