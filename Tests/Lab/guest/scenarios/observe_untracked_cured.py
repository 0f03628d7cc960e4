"""observe on DR with net.ipv4.vs.conntrack=0 and the static fix: INVALID packets pass, and nothing is dropped."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
    seen = observe(hosts, subject, WebStory(hosts))
    report.equal("arriving packets are NEW or INVALID", {"NEW", "INVALID"}, seen.states("pre_routing"))
    report.equal("nothing is dropped", ({}, []), (seen.dropped, seen.drops))
    report.check("FIN and RST pass", seen.total("local_in_passed", "fin") and seen.total("local_in_passed", "rst"), seen.counts)
    judge(report, seen)
    for document in seen.documents:
        states = [state for one in document["services"] for state in one["connections"]]
        report.check("IPVS has seen the connections end", states and "ESTABLISHED" not in states, states)
