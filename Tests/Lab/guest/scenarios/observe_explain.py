"""explain --service predicts the counts: the ctstate with which each class arrives and leaves."""

import json

from counters import Counters
from story import WebStory

PACKETS = {
    "syn": ("--flags", "SYN"), "ack": ("--flags", "ACK"), "fin": ("--flags", "FIN,ACK"), "rst": ("--flags", "RST,ACK"),
    "icmp_error": ("--proto", "icmp", "--icmp-type", "destination-unreachable"),
}


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
    story = WebStory(hosts)
    counters = Counters(hosts.director, story.ends)
    story.tell()
    hosts.silence()
    counts = counters.read()
    report.equal("each class arrived in one ctstate", sorted(PACKETS), sorted(key[1] for key in counts if key[0] == "pre_routing"))
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    for name, words in PACKETS.items():
        said = subject.run("explain", "--json", *words, "--service", "tcp/10.0.0.100:80", "--netns", hosts.director.name)
        walks = json.loads(said.stdout)["walks"]
        counted = [[key[2] for key in counts if key[:2] == (point, name)] for point in ("pre_routing", "post_routing")]
        predicted = [[walk["ctstate"] for walk in walks], [walk["leaves_as"] for walk in walks]]
        report.equal(f"explain predicts how {name} arrives and leaves", counted, predicted)
