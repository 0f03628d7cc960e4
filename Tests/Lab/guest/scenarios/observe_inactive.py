"""No rule matches on ctstate, so conntrack is inactive: observe says so and leaves it inactive, unless --start-tracking is given."""

from listings import is_tracking
from observing import Watch
from story import WebStory


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    story = WebStory(hosts)
    report.check("conntrack is inactive", not is_tracking(hosts.director))
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    said = subject.run("observe", "--for", "1s", "--json", "--netns", hosts.director.name, check=False)
    report.equal("observe refuses with status 69, and prints nothing", (69, ""), (said.returncode, said.stdout))
    told = all(word in said.stderr for word in ("no rule here matches on ctstate", "--start-tracking"))
    report.check("its message says why, and what to do", told, said.stderr)
    report.check("conntrack is still inactive", not is_tracking(hosts.director))

    watch = Watch(hosts, subject, "--start-tracking")
    report.check("with --start-tracking it is active", is_tracking(hosts.director))
    story.tell()
    hosts.silence()
    document = watch.end()
    states = {cell["ctstate"] for one in document["services"] for cell in one["packets"] if cell["point"] == "pre_routing"}
    report.equal("arriving packets are NEW or INVALID", {"NEW", "INVALID"}, states)
    report.check("the document says that conntrack was started", any("conntrack" in line for line in document["notices"]), document["notices"])
    report.equal("and does not mention iptables-legacy, which is not in use", [], [line for line in document["notices"] if "legacy" in line])
    report.check("in the end it is inactive again", not is_tracking(hosts.director))
