"""observe on IPv6 DR with net.ipv4.vs.conntrack=0: the same as IPv4."""

from checking import judge_trap
from director import VIP6
from observing import judge, observe
from story import WebStory

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    story = WebStory(hosts, virtual=VIP6)
    judge_trap(hosts, subject, report, "ct state invalid", family=6)
    seen = observe(hosts, subject, story)
    report.equal("only NEW packets pass", {"NEW"}, seen.states("local_in_passed"))
    report.equal("FIN, RST and ICMPv6 errors are dropped", {"fin", "rst", "icmp_error"}, {key[1] for key in seen.dropped})
    judge(report, seen)
