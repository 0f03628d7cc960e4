"""observe on DR with net.ipv4.vs.conntrack=1 and the static cure: FIN and RST pass, plain ACKs still do not."""

from observing import judge, observe
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(1)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
    seen = observe(hosts, subject, WebStory(hosts, reach="connection"))
    report.check("RST pass", seen.total("local_in_passed", "rst") > 0, seen.counts)
    report.equal("no ACK does", 0, seen.total("local_in_passed", "ack"))
    report.check("they are dropped", seen.total("local_in", "ack") > 0, seen.counts)
    judge(report, seen)
