"""export: a real Prometheus and Alertmanager scrape two directors; an alert fires while the trap is set, and resolves when it is fixed.

One exporter runs as root, the other as the unit of systemd does.
"""

import os
import pathlib
import re
import signal
import tempfile

from director import Hosts
from filters import drops
from origin import write_page
from peers import Peers
from prometheus import OPENMETRICS, Exporter, Monitoring, NodeExporter, as_unit
from screen import wait_for
from story import WebStory

RULES = pathlib.Path("/run/exchange/contrib/prometheus")
OPTIONS = ("--observe", "--interval", "2s", "--flows-every", "10s", "--check-every", "20s")
# What every collector has said once; emulated, with the trial of the filter.
FIRST_READINGS = 120
# Enough INVALID packets for the alert of them.
STORIES = 4
BACKEND = "local_address, local_port, remote_address, remote_port, proto, local_mark"


def conduct(hosts, subject, report):
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    other = Hosts("export-other")
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        hosts.ufw("-p tcp --dport 80 -j ACCEPT")
        other.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
        stories = {}
        for one in (hosts, other):
            one.vs_conntrack(0)
            stories[one] = WebStory(one)
        # A service that nobody serves, and thresholds that are never met.
        hosts.ipvs("-A -t 10.0.0.100:443 -s sh", "-e -t 10.0.0.100:80 -r 10.0.0.3:80 -g -x 1000 -y 900")
        parts = []
        try:
            _start(parts, hosts, other, subject, work)
            for _ in range(STORIES):
                for story in stories.values():
                    story.tell()
            _judge(report, hosts, other, *parts)
            _judge_alert(report, hosts, parts[0], parts[-1])
            _judge_end(report, hosts, other, *parts[:2])
        finally:
            for part in reversed(parts):
                part.end()


def _start(parts, hosts, other, subject, work):
    parts.append(Exporter(subject, hosts.director, 9836, *OPTIONS))
    parts.append(Exporter(subject, other.director, 9837, *OPTIONS, prefix=as_unit()))
    parts += [NodeExporter(hosts.director, 9100), NodeExporter(other.director, 9101)]
    jobs = {"ct-inspect": {"lb1": 9836, "lb2": 9837}, "node": {"lb1": 9100, "lb2": 9101}}
    parts.append(Monitoring(_hurried_rules(work), jobs, (9090, 9093)))


def _hurried_rules(work):
    """The rules as they are, but for how long something must last, and be looked back at."""
    rules = []
    for source in sorted(RULES.glob("*.yml")):
        text = source.read_text()
        if not re.search(r"^groups:", text, re.MULTILINE):
            continue
        text = re.sub(r"(\bfor: *)\w+", r"\g<1>2s", text)
        rule = pathlib.Path(work) / source.name
        rule.write_text(re.sub(r"\[(5m|10m|15m|30m|1h)\]", "[30s]", text))
        rules.append(str(rule))
    return rules


def _judge(report, hosts, other, exporter, other_exporter, *rest):
    monitoring = rest[-1]
    for one, its in ((hosts, exporter), (other, other_exporter)):
        name = f"on {one.director.name}"
        wait_for(lambda: its.page().count("scrape_success{") == 5, FIRST_READINGS)
        states = its.about("ctinspect_scrape_success{") + its.about("ctinspect_complete{")
        report.equal(f"every collector reads all of it {name}", [], [line for line in states if not line.endswith(" 1")] and (states, its.said()))
        report.equal(f"ipvsadm's real servers {name}", *_until_equal(lambda: _peer_backends(one), lambda: _backends(its.page())))
        report.equal(f"what was dropped is what the filter counts {name}", *_until_equal(lambda: _filtered(one), lambda: _dropped(its)))
        report.check(f"the OpenMetrics page ends {name}", its.page(OPENMETRICS).endswith("\n# EOF\n"))
    report.check("on the one with the trap something was dropped", _dropped(exporter) > 0)
    report.check("and traced to a rule", bool(exporter.about("ctinspect_traced_drops_total{")), exporter.about("dropped"))
    counted = (lambda: _counters(hosts.director), lambda: _rule_drops(exporter))
    report.equal("what that rule has counted is what nft lists", *_until_equal(*counted))
    write_page("observed", exporter.page())
    ups = monitoring.wait_for('count(up == 1) == 4')
    report.equal("Prometheus scrapes both exporters and both node_exporters", [4.0], [value for _, value in ups])
    joined = f"ctinspect_ipvs_backend_weight == on(instance, {BACKEND}) node_ipvs_backend_weight"
    report.equal("joined with node_exporter's, weights are the same", 2, len(monitoring.wait_for(joined)))
    entries = "ctinspect_conntrack_entries - on(instance) node_nf_conntrack_entries"
    report.equal("and the number of entries", [0.0, 0.0], [value for _, value in monitoring.wait_for(f"({entries}) == 0")])


def _until_equal(wanted, got, bound=30):
    """Both answers, of the moment when they agree: the exporter serves its last reading, and connections end meanwhile."""
    pairs = []

    def agree():
        pairs.append((wanted(), got()))
        return pairs[-1][0] == pairs[-1][1]

    wait_for(agree, bound)
    return pairs[-1]


def _peer_backends(one):
    rows = [row for service in Peers(one.director).services for row in service.destinations]
    return sorted((row.address, row.port, row.weight, row.active, row.inactive) for row in rows)


def _backends(page):
    found = {}
    for line in page.splitlines():
        if match := re.match(r'ctinspect_ipvs_backend_(weight|connections_active|connections_inactive)\{(.*)\} (\d+)$', line):
            name, labels, value = match.groups()
            found.setdefault(labels, {})[name] = int(value)
    rows = []
    for labels, values in found.items():
        address, port = re.search(r'remote_address="(.*?)",remote_port="(\d+)"', labels).groups()
        rows.append((address, int(port), values["weight"], values["connections_active"], values["connections_inactive"]))
    return sorted(rows)


def _dropped(exporter):
    lines = [line for line in exporter.page().splitlines() if line.startswith("ctinspect_dropped_packets_total{")]
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines)


def _rule_drops(exporter):
    lines = [line for line in exporter.page().splitlines() if line.startswith("ctinspect_rule_drops_total{")]
    found = [(re.search(r'rule="(.*?)"', line)[1], int(line.rsplit(" ", 1)[1])) for line in lines]
    return sorted(found)


def _counters(director):
    """Of the rules that have dropped anything: in this scenario, those of the trap."""
    return sorted((f"handle {drop.handle}", drop.packets) for drop in drops(director))


def _filtered(one):
    """By the rules' own counters."""
    return sum(drop.packets for drop in drops(one.director))


def _judge_alert(report, hosts, exporter, monitoring):
    inbox, netns = monitoring.inbox, hosts.director.name

    def has_come(status):
        return (status, "DirectorTrap", netns) in inbox.notices

    wait_for(lambda: has_come("firing"), 120)
    report.check("the alert of the trap arrives", has_come("firing"), f"{inbox.notices} {exporter.about('check')} {exporter.said()}")
    traps = {notice for notice in inbox.notices if notice[1] in ("DirectorTrap", "DirectorDropsInvalid")}
    report.equal("and none of the other director", set(), {notice for notice in traps if notice[2] != netns})
    report.check("so does that of packets dropped", ("firing", "DirectorDropsInvalid", netns) in inbox.notices, inbox.notices)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", cured=True)
    wait_for(lambda: has_come("resolved"), 240)
    report.check("with the fix it resolves", has_come("resolved"), inbox.notices)


def _judge_end(report, hosts, other, exporter, other_exporter):
    tables = [one.director.run("nft", "list", "tables").stdout for one in (hosts, other)]
    report.check("each observes by a table of its own", all("ct-inspect" in text for text in tables), tables)
    exporter.process.send_signal(signal.SIGKILL)
    other_exporter.process.send_signal(signal.SIGTERM)
    report.equal("it ends when asked to", 0, other_exporter.process.wait(30))
    exporter.process.wait(30)
    wait_for(lambda: "ct-inspect" not in hosts.director.run("nft", "list", "tables").stdout, 30)
    left = [one.director.run("nft", "list", "tables").stdout for one in (hosts, other)]
    report.equal("nothing is left in the kernel, after SIGKILL neither", [], [text for text in left if "ct-inspect" in text])
