"""observe on NAT with net.ipv4.vs.conntrack=0 and a filter that drops INVALID in FORWARD: the answers are dropped, which blocks every connection."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", forward=["-m conntrack --ctstate INVALID -j DROP"])
    seen = observe(hosts, subject, WebStory(hosts, method="nat", reach="nothing"))
    report.equal("the answers are INVALID", {"INVALID"}, seen.states("forward"))
    report.equal("and none passes", set(), seen.states("forward_passed"))
    judge(report, seen)
