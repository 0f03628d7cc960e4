"""observe behind UFW itself, with the rules that it generates: the rule in before.rules that drops INVALID is blamed."""

import manual
from checking import judge_trap
from filters import ufw
from observing import judge, observe
from story import WebStory

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    ufw(hosts.director, "allow 80/tcp")
    story = WebStory(hosts)
    judge_trap(hosts, subject, report, "ufw-before-input")
    seen = observe(hosts, subject, story, in_words=True)
    report.equal("a UFW rule drops packets", ["ufw-before-input"], [drop.chain for drop in seen.drops])
    report.equal("which are FIN, RST and ICMP errors", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    judge(report, seen)
    if seen.text is not None:
        manual.judge_transcript(report, "observe", seen.text)
