"""observe --samples 2: packets of each class and ctstate, as they were sent; with --filter, those and the counts that match."""

from collections import Counter

from director import CLIENTS, VIP
from observing import judge, observe
from story import WebStory

FILTER = "class=FIN,RST and ctstate=INVALID and !hook=PRE_ROUTING"
FLAGS = {"syn": {"SYN"}, "ack": {"ACK"}, "fin": {"FIN", "ACK"}, "rst": {"RST", "ACK"}}


def conduct(hosts, subject, report):
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    seen = observe(hosts, subject, WebStory(hosts), "--samples", "2", expression=FILTER)
    judge(report, seen)
    for document in seen.documents:
        samples = document["samples"]
        wanted = {key[1:]: min(2, value[0]) for key, value in seen.counts.items() if key[0] == "pre_routing"}
        report.equal("two of each class and ctstate, or fewer if there were no more", wanted, Counter((one["class"], one["ctstate"]) for one in samples))
        strangers = [one for one in samples if one["source"]["address"] not in CLIENTS or one["destination"]["address"] != VIP]
        report.equal("from a client to the VIP", [], strangers)
        segments = [one for one in samples if one["protocol"] == "tcp"]
        wrong = [one for one in segments if set(one["tcp_flags"]) - {"PSH"} != FLAGS[one["class"]] or one["destination"]["port"] != 80]
        report.equal("with the flags of their class", [], wrong)
        about = [one["embedded"]["source"] for one in samples if one["class"] == "icmp_error"]
        report.equal("the ICMP error is about a packet of the service", [{"address": VIP, "port": 80}], about)
        judge_filtered(report, document, seen.filtered)


def judge_filtered(report, document, filtered):
    """Of another observer of the same packets, which counts in a table of its own."""
    report.equal("--filter is named in the document", FILTER, filtered["filter"])
    for key in ("packets", "dropped"):
        wanted = [cell for one in document["services"] for cell in one[key] if is_wanted(cell)]
        report.check(f"some of its {key} match", wanted, document["services"])
        report.equal(f"its {key} are those of everything that match", wanted, [cell for one in filtered["services"] for cell in one[key]])
    kinds = {(cell["class"], cell["ctstate"]) for one in filtered["blame"] for cell in one["dropped"]}
    report.equal("a rule has the traced packets that match", {("fin", "INVALID"), ("rst", "INVALID")}, kinds)
    report.equal("samples of another hook are not shown", [], filtered["samples"])
    report.equal("what is wrong is said of all packets", *([(one["id"], one["evidence"]["dropped"], one["evidence"]["packets"]) for one in each["findings"]]
                                                          for each in (document, filtered)))


def is_wanted(cell):
    return cell["class"] in ("fin", "rst") and cell["ctstate"] == "INVALID" and not cell["point"].startswith(("pre_routing", "arrived"))
