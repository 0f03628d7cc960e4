"""The screen of watch on a DR director with net.ipv4.vs.conntrack=0: services, flows, filter, order, details, sizes, export.

It must match the output of ipvsadm -Lcn and conntrack -L at the same moment.
"""

import ipaddress
import json
import os
import time

from director import CLIENTS, VIP
from peers import Peers
from screen import Screen, age, end, head, is_read, processes, table, wait_for
from traffic import Web

CAUSE = "net.ipv4.vs.conntrack=0"
SIZES = ((80, 24), (40, 10), (200, 60), (120, 40))


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g")
    web = Web(hosts, [(server, VIP) for server in hosts.servers], 80)
    visits = [web.visit(client, (VIP, 80)) for client in CLIENTS[:2]]
    older = _clients(hosts)
    report.equal("two connections are older than the screen", 2, len(older))
    if subject is None:
        report.skip("what ct-inspect shows (--peers-only)")
        return
    screen = Screen()
    hosts.open.append(screen)
    watch = f"{subject.program} watch --netns {hosts.director.name}"
    screen.start(watch)
    _judge_services(report, screen)
    with web.talking(*visits, pause=0.1):
        _judge_rates(hosts, report, screen)
    _judge_verdicts(hosts, report, screen, web, older)
    _judge_filter(hosts, report, screen, older)
    _judge_order(hosts, report, screen)
    _judge_frozen(hosts, report, screen, web)
    _judge_detail(report, screen)
    _judge_sizes(report, screen)
    _judge_export(hosts, report, screen)
    _judge_servers(hosts, report, screen)
    screen.keys("q")
    wait_for(lambda: not processes(subject.program))
    _judge_capture(hosts, subject, report, screen)


def _clients(hosts):
    """The clients in ipvsadm -Lcn, as (address, port), in numerical order."""
    return sorted((one.client for one in Peers(hosts.director).connections), key=_by_number)


def _by_number(client):
    return int(ipaddress.ip_address(client[0])), client[1]


def _shown(picture):
    """The clients in the rows on the screen, in screen order."""
    return [end(row["CLIENT"]) for row in table(picture, "PROTO")]


def _verdicts(picture):
    return {end(row["CLIENT"]): row["VERDICT"] for row in table(picture, "PROTO")}


def _judge_services(report, screen):
    screen.keys("1")
    screen.see(report, "tab 1 has the service with its two connections, absent", lambda text: [
        (row["SERVICE"].lstrip("▸ "), row["CONNS"], row["ABSENT"], row["NEVER"]) for row in table(text, "SERVICE")
    ] == [("tcp 10.0.0.100:80", "2", "2", "-")])
    screen.see(report, "the banner names the problem and the rule, once the filter was tried",
               lambda text: "\ninvalid-dropped" in text and " INPUT handle " in " ".join(text.split()))
    screen.keys("Space")
    screen.see(report, "Space opens the service: two real servers", lambda text: [
        row["SERVICE"] for row in table(text, "SERVICE")[1:]] == ["-> 10.0.0.3:80", "-> 10.0.0.4:80"])


def _judge_rates(hosts, report, screen):
    """At constant traffic, those of ipvsadm --rate, and the real servers' add up to their service's."""
    pictures, theirs = [], []

    def compare():
        theirs.append(_kernel_rate(hosts))
        rows = [row["PKT/S"] for row in table(screen.text(), "SERVICE")]
        pictures.append([float(rate) for rate in rows if rate != "-"])

    # The kernel's estimate grows for a while.
    wait_for(lambda: _kernel_rate(hosts) >= 5)
    for _ in range(12):
        compare()
        time.sleep(1)
    # What is shown was read a moment ago.
    sums = [rates[0] for rates in pictures[3:]]
    report.check("PKT/S is what ipvsadm --rate says", all(min(theirs) - 1 <= rate <= max(theirs) + 1 for rate in sums), (sums, theirs))
    report.check("and the sum of the real servers', but for rounding", all(
        len(rates) == 3 and abs(rates[0] - rates[1] - rates[2]) <= 2 for rates in pictures), pictures)


def _kernel_rate(hosts):
    """The packets per second that came in for the service."""
    lines = hosts.director.run("ipvsadm", "-Ln", "--rate", "--exact").stdout.splitlines()
    return next(int(line.split()[3]) for line in lines if line.startswith("TCP "))


def _judge_verdicts(hosts, report, screen, web, older):
    # Connections first shown by the second reading may be older; each reading adds to the history.
    screen.until(lambda text: any(len(row["HISTORY"]) >= 2 for row in table(text, "SERVICE")[:1]))
    for client in (*CLIENTS, CLIENTS[0]):
        web.visit(client, (VIP, 80))
    peers = Peers(hosts.director)
    report.equal("according to conntrack -L all are absent", {"absent"}, {peers.verdict_of(one) for one in peers.connections})
    wanted = {one.client: "absent" if one.client in older else "never" for one in peers.connections}
    screen.keys("3")
    screen.see(report, "tab 3 has the connections of ipvsadm -Lcn; those begun meanwhile are never", lambda text: _verdicts(text) == wanted)
    places = {(one.client, one.virtual, one.destination, one.state) for one in peers.connections}
    rows = [(*(end(row[title]) for title in ("CLIENT", "VIRTUAL", "DESTINATION")), row["IPVS"]) for row in table(screen.seen, "PROTO")]
    report.same_set("with virtual address, real server and state", places, rows)


def _judge_filter(hosts, report, screen, older):
    everyone = _clients(hosts)
    never = [client for client in everyone if client not in older]
    screen.keys("/")
    screen.enter("verdict=never")
    screen.see(report, "/ verdict=never: shows those", lambda text: sorted(_shown(text), key=_by_number) == never)
    report.check("the filter is named", "filter: verdict=never" in screen.seen, screen.seen)
    screen.keys("/", "C-u")
    screen.enter("verdict=nonsense")
    screen.see(report, "a wrong word: an error above the line, with the valid words", lambda text: all(
        word in text for word in ("nonsense", "never, unreplied", "orphan")) and "Filter: verdict=nonsense" in text.splitlines()[-1])
    screen.keys("Escape")
    screen.see(report, "Esc in the line keeps the filter", lambda text: sorted(_shown(text), key=_by_number) == never
               and "filter: verdict=never" in text)
    screen.keys("Escape")
    screen.see(report, "Esc in the list clears it", lambda text: sorted(_shown(text), key=_by_number) == everyone and "filter:" not in text)


def _judge_order(hosts, report, screen):
    everyone = _clients(hosts)
    screen.keys("s")
    screen.until(lambda text: "Sort by" in text)
    # The second column.
    screen.keys("g", "j", "Enter")
    screen.see(report, "s, CLIENT: by address and port, as numbers", lambda text: "Sort by" not in text and _shown(text) == everyone)
    report.check("the title has the mark", "CLIENT▲" in screen.seen, screen.seen)
    screen.keys("r")
    screen.see(report, "r: in reverse order", lambda text: _shown(text) == everyone[::-1])
    report.check("and so is the mark", "CLIENT▼" in screen.seen, screen.seen)


def _judge_frozen(hosts, report, screen, web):
    before = _clients(hosts)
    screen.keys("f")
    screen.see(report, "f: the header shows FROZEN", lambda text: "FROZEN" in head(text))
    web.visit(CLIENTS[2], (VIP, 80))
    frozen = age(screen.text()) or 0
    # Several readings would have happened in the meantime.
    screen.until(lambda text: (age(text) or 0) >= frozen + 5)
    report.equal("a connection opened meanwhile does not appear", before, _shown(screen.seen)[::-1])
    screen.keys("f")
    everyone = _clients(hosts)
    screen.see(report, "f again: it does", lambda text: "FROZEN" not in head(text) and _shown(text) == everyone[::-1])


def _judge_detail(report, screen):
    def explanation(text):
        return text.partition("───")[2]

    client, port = _shown(screen.text())[0]
    screen.keys("g", "Enter")
    screen.see(report, "Enter: the details name the sysctl", lambda text: CAUSE in explanation(text))
    detail = explanation(screen.seen)
    report.check("and are about the selected row", f" {client}:{port} > {VIP}:80" in detail, detail)
    screen.keys("Escape")
    screen.see(report, "Esc closes them", lambda text: "───" not in text and "PROTO" in text)


def _judge_sizes(report, screen):
    for columns, rows in SIZES:
        screen.resize(columns, rows)

        def fits(text):
            lines = text.rstrip("\n").split("\n")
            is_whole = is_read(text) and len(lines) == rows and "[3 Flow" in lines[1] and "? Help" in lines[-1]
            return is_whole and screen.size() == (columns, rows)

        screen.see(report, f"{columns}x{rows}: the header at the top, the keys at the bottom", fits)
        report.equal("no line is wider", [], [line for line in screen.lines() if len(line) > columns])
        report.check("rows of flows are in between", len(_shown(screen.seen)) > 0 and "verdict" in screen.seen.lower(), screen.seen)


def _judge_export(hosts, report, screen):
    path = "/tmp/watch-screen.json"
    peers = Peers(hosts.director)
    screen.keys("x", "C-u")
    screen.enter(path)
    screen.see(report, "x: the export is confirmed", lambda text: f"to {path}" in text.splitlines()[-1])
    with open(path, encoding="utf-8") as file:
        written = file.read()
    document = json.loads(written)
    report.equal("it is a ct-inspect/1 document of watch, tab flows", ("ct-inspect/1", "watch", "flows"), tuple(
        document[key] for key in ("schema", "command", "tab")))
    report.same_set(
        "with exactly the flows of ipvsadm -Lcn",
        [(one.protocol, one.client, one.virtual, one.destination, one.state) for one in peers.connections],
        [(flow["protocol"], *(_point(flow[name]) for name in ("client", "virtual", "destination")), flow["ipvs_state"])
         for flow in document["flows"]],
    )
    report.equal("only its owner reads it", 0o600, os.stat(path).st_mode & 0o777)
    screen.keys("x", "C-u")
    screen.enter(path)
    screen.see(report, "a second one to the same path is refused", lambda text: f"cannot export to {path}" in text.splitlines()[-1])
    with open(path, encoding="utf-8") as file:
        report.equal("and the first is as it was", written, file.read())


def _point(value):
    return value["address"], value["port"]


def _judge_servers(hosts, report, screen):
    """Neighbours as `ip neigh` has them, and links; a service leads to its flows, and Esc back."""
    servers = [f"10.0.0.{number}" for number in (3, 4)]
    screen.keys("2")

    def agrees(text):
        rows = [(row["SERVER"], row["SERVICE"], row["NEIGHBOUR"]) for row in table(text, "SERVER ")]
        return rows == [(f"{one}:80", "tcp 10.0.0.100:80", _neighbour(hosts, one)) for one in servers]

    screen.see(report, "tab 2 has the real servers, with the states of ip neigh", agrees)
    link = hosts.director.run("ip", "-o", "route", "get", servers[0]).stdout.split(" dev ")[1].split()[0]
    hosts.director.run("ip", "neigh", "replace", servers[1], "dev", link, "nud", "failed")
    screen.see(report, "a neighbour that has failed is FAILED, the other one is not", lambda text: [
        row["NEIGHBOUR"] == "FAILED" for row in table(text, "SERVER ")] == [False, True])
    screen.keys("1")
    screen.until(lambda text: "[1 Services]" in text)
    screen.keys("g", "Enter")
    everyone = _clients(hosts)
    screen.see(report, "Enter on a service leads to its flows", lambda text: (
        "filter: service=tcp/10.0.0.100:80" in text and sorted(_shown(text), key=_by_number) == everyone))
    screen.keys("Escape")
    screen.see(report, "and Esc back", lambda text: "[1 Services]" in text)
    hosts.director.run("ip", "link", "set", link, "down")
    screen.keys("2")
    screen.see(report, "a link that was taken down is DOWN", lambda text: [
        row["LINK"] for row in table(text, "SERVER ")] == [f"{link} DOWN"] * 2)
    hosts.director.run("ip", "link", "set", link, "up")
    screen.see(report, "and no more when it is up again", lambda text: [
        row["LINK"] for row in table(text, "SERVER ")] == [link] * 2)


def _neighbour(hosts, address):
    words = hosts.director.run("ip", "neigh", "show", address).stdout.split()
    return words[-1] if words else "-"


def _judge_capture(hosts, subject, report, screen):
    """A capture: what an ordinary user sees of the same director."""
    subject.run("capture", "/tmp/watch-screen", "--netns", hosts.director.name)
    everyone = _clients(hosts)
    screen.enter(f"clear; {subject.program} watch --capture /tmp/watch-screen --tab flows --sort client")
    screen.see(report, "watch --capture shows the same flows", lambda text: "capture of" in head(text) and _shown(text) == everyone)
    screen.keys("q")
    wait_for(lambda: not processes(subject.program))
