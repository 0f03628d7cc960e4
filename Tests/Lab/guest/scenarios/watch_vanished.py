"""Watched services disappear and come back; then the namespace is deleted: watch reports each change and continues."""

from director import CLIENTS, VIP
from peers import Peers
from screen import Screen, head, is_read, processes, table, wait_for
from traffic import Web

SERVICE = ("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
TITLE = "tcp 10.0.0.100:80"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs(*SERVICE)
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    if subject is None:
        report.skip("what ct-inspect does (--peers-only)")
        return
    screen = Screen()
    hosts.open.append(screen)
    screen.start(f"{subject.program} watch --netns {hosts.director.name}")
    screen.see(report, "it shows the service", lambda text: _services(text) == [(TITLE, "0")])
    hosts.ipvs("-C")
    report.equal("ipvsadm -C: there are no services", [], Peers(hosts.director).services)
    screen.see(report, "it says so", lambda text: is_read(text) and "IPVS has no services here." in text)
    hosts.ipvs(*SERVICE)
    web.visit(CLIENTS[0], (VIP, 80))
    screen.see(report, "a recreated service is shown, with its connection", lambda text: _services(text) == [(TITLE, "1")])
    hosts.ipvs("-C")
    peers = Peers(hosts.director)
    report.equal("ipvsadm -C: the connection remains without a service", (0, 1), (len(peers.services), len(peers.connections)))
    screen.see(report, "it says so, too", lambda text: _services(text) == [("no service", "1")])
    hosts.ipvs(*SERVICE)
    screen.see(report, "and that the service is back", lambda text: _services(text) == [(TITLE, "1")])
    _judge_deletion(hosts, report, screen, web)
    screen.keys("q")
    wait_for(lambda: not processes(subject.program))
    report.equal("q still quits", "0", screen.ask("echo $?").strip())


def _judge_deletion(hosts, report, screen, web):
    """Only the name is deleted: the program keeps the director alive, which continues to serve pages."""
    name = hosts.director.name
    hosts.director.delete()
    web.visit(CLIENTS[1], (VIP, 80))
    more = [(TITLE, "2")]
    screen.see(report, "the namespace is deleted: it continues, and shows the next connection", lambda text: _services(text) == more)
    report.check("and still names it", f"netns {name}" in head(screen.seen), head(screen.seen))


def _services(picture):
    return [(row["SERVICE"].lstrip("▸▾ "), row["CONNS"]) for row in table(picture, "SERVICE")]
