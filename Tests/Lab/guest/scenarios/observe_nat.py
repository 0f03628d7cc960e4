"""observe on NAT with net.ipv4.vs.conntrack=1: the answers come back through FORWARD, and everything is tracked."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts, method="nat"))
    report.equal("the answers are ESTABLISHED", {"ESTABLISHED"}, seen.states("forward"))
    report.equal("nothing is dropped", {}, seen.dropped)
    judge(report, seen)
