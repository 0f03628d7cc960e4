"""observe on DR with net.ipv4.vs.conntrack=1, UFW-like filter: only the SYN passes, every ACK is INVALID, no page arrives."""

import manual
from observing import judge, observe
from story import WebStory

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, reach="connection"), in_words=True)
    report.equal("each ACK is INVALID", seen.total("pre_routing", "ack"), seen.counts["pre_routing", "ack", "INVALID"][0])
    report.equal("and none passes", 0, seen.total("local_in_passed", "ack"))
    report.equal("the ICMP error is RELATED, and passes", 1, seen.counts["local_in_passed", "icmp_error", "RELATED"][0])
    judge(report, seen)
    if seen.text is not None:
        manual.judge_transcript(report, "observe conntrack", seen.text)
