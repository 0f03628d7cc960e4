"""check --for on a director with the static fix, while pages are fetched and connections end: nothing is wrong."""

import manual
from filters import PLAIN
from observing import Watch
from story import WebStory

TRAFFIC = ["invalid-dropped", "icmp-not-accepted", "packets-dropped", "lost-before-local-in", "lost-before-post-routing"]


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.director.run("nft", "-f", "-", text=PLAIN.replace("edge", "filter"))
    manual.play(hosts.director, "cure nft")
    story = WebStory(hosts)
    watch = Watch(hosts, subject, "--for", "20s", command="check") if subject else None
    story.tell()
    if watch is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    status, documents, complaints = watch.wait()
    document = documents[0]
    troubles = [f"{one['id']}: {one['reason']}" for one in document["findings"] if one["severity"] != "info"]
    report.equal("no false alarm", ([], 0, ""), (troubles, status, complaints))
    checked = {one["id"] for one in document["checked"]}
    report.equal("what packets show was checked", [], [name for name in TRAFFIC if name not in checked])
    report.check("packets were seen", document["watched"]["packets"] > 10, document["watched"])
    report.equal("nothing of it is left", [], watch.tables())
