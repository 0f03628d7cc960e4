"""The observed namespace is deleted while observing: the observer ends normally."""

import time

from observing import Watch
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    story = WebStory(hosts)
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    watch = Watch(hosts, subject)
    story.tell()
    hosts.director.delete()
    time.sleep(2)
    report.equal("it keeps running", None, watch.process.poll())
    document = watch.end()
    points = {cell["point"] for one in document["services"] for cell in one["packets"]}
    report.check("and reports its counts at the end", {"pre_routing", "post_routing"} <= points, points)
