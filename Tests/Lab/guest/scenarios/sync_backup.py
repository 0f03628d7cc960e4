"""A backup director: it learns connections from a master's sync daemon, and their packets come here only after the failover.

Two directors, of which the second is a real server's host with the roles of a master. `/proc/net/ip_vs_conn_sync` says which
connections were learned, and the services' own counters which had packets here.
"""

import json
import subprocess
import tempfile
import time

from director import CLIENTS, SERVERS, VIP
from origin import write_page
from screen import wait_for
from traffic import Web

SYNC_ID = 7
GROUP, PORT = "224.0.0.81", 8848


def conduct(hosts, subject, report):
    backup, master = hosts.director, hosts.servers[1]
    _play(hosts, master, backup)
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    web.visit(CLIENTS[0], (VIP, 80), 1001)
    web.visit(CLIENTS[1], (VIP, 80), 1002)
    wait_for(lambda: _origins(backup) == {1001: "SYNC", 1002: "SYNC"})
    report.equal("the backup learned both connections", {1001: "SYNC", 1002: "SYNC"}, _origins(backup))
    report.equal("no packet of them came there", 0, _packets(backup))
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    where = ("--netns", backup.name)
    _judge_backup(report, subject, where)
    _judge_daemons(backup, report, subject, where)
    _judge_capture(report, subject, where)
    _judge_export(report, subject, backup, master)
    _judge_watch(hosts, report, web, where, subject)
    _fail_over(hosts, master, backup)
    web.hopes(_client(hosts, 1001), 5)
    wait_for(lambda: _packets(backup) > 0)
    report.check("after the failover packets come here", _packets(backup) > 0)
    _judge_failover(hosts, backup, report, subject, where, web)


def _play(hosts, master, backup):
    # Until the failover the master alone has the VIP on a link.
    hosts.servers[0].ip(f"addr add {VIP}/32 dev lo")
    master.sysctl({"net.ipv4.ip_forward": 1, "net.ipv4.conf.all.send_redirects": 0, "net.ipv4.conf.eth0.send_redirects": 0})
    master.ip(f"addr add {VIP}/32 dev eth0")
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", f"-p udp --dport {PORT} -j ACCEPT")
    for one, role in ((backup, "backup"), (master, "master")):
        for words in ("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g"):
            one.run("ipvsadm", *words.split())
        one.run("ipvsadm", "--start-daemon", role, "--mcast-interface", "eth0", "--syncid", str(SYNC_ID))


def _origins(director):
    """By the client's port, as /proc shows them."""
    rows = [line.split() for line in director.read("/proc/net/ip_vs_conn_sync").splitlines()[1:]]
    return {int(row[2], 16): row[8] for row in rows}


def _packets(director):
    """Packets that IPVS has counted: it adds them up every two seconds."""
    time.sleep(2.5)
    lines = director.run("ipvsadm", "-Ln", "--stats", "--exact").stdout.splitlines()
    return sum(int(line.split()[3]) for line in lines if line.startswith("TCP"))


def _flows(subject, *arguments, access="bpf"):
    document = subject.flows(*arguments, "--connections", access)
    return document, {flow["client"]["port"]: flow for flow in document["flows"]}


def _judge_backup(report, subject, where):
    wanted = {1001: "synced", 1002: "synced"}
    for access in ("bpf", "proc"):
        document, flows = _flows(subject, *where, access=access)
        report.equal(f"{access}: both are synced", wanted, {port: flow["verdict"] for port, flow in flows.items()})
        report.check(f"{access}: and the reason says so", all("another director's sync daemon" in flow["reason"] for flow in flows.values()), flows)
        report.equal(f"{access}: it is complete", (True, []), (document["complete"], document["losses"]))
        service = document["services"][0]
        report.equal(f"{access}: no sum has them but that of the synced", (2, 0, 2), (service["connections"], service["absent"], service.get("synced")))
        report.equal(f"{access}: nothing is wrong", {"info"}, {one["severity"] for one in document["findings"]})
    doubts = {access: [flow.get("doubts", []) for flow in _flows(subject, *where, access=access)[1].values()] for access in ("bpf", "proc")}
    report.equal("the kernel's own table leaves no doubt", [[], []], doubts["bpf"])
    report.check("/proc does: it has no packets", all("is not known" in str(doubt) for doubt in doubts["proc"]), doubts)
    lines = subject.run("flows", *where).stdout.splitlines()
    report.check("the text has the verdict", sum(line.endswith("synced") for line in lines) == 2, lines)
    summary = subject.run("flows", "--summary", *where).stdout.splitlines()
    report.check("and so has the summary", "SYNCED" in summary[0], summary)


def _judge_daemons(backup, report, subject, where):
    shown = backup.run("ipvsadm", "-L", "--daemon").stdout.split()
    words = next((line for line in subject.run("services", *where).stderr.splitlines() if "sync daemon" in line), "")
    report.check("services shows the daemon as ipvsadm does", f"backup sync daemon (mcast=eth0, syncid={SYNC_ID}" in words and "backup" in shown, (words, shown))
    daemon = subject.services(*where)["daemons"][0]
    wanted = {"state": "backup", "interface": "eth0", "sync_id": SYNC_ID, "group": GROUP, "port": PORT}
    report.equal("with its group and port", wanted, {name: daemon.get(name) for name in wanted})
    report.check("and the size of its messages", f"maxlen={daemon.get('maxlen')}" in words and daemon.get("maxlen", 0) > 500, (daemon, words))


def _judge_capture(report, subject, where):
    _, live = _flows(subject, *where)
    with tempfile.TemporaryDirectory() as work:
        capture = f"{work}/capture"
        subject.run("capture", capture, *where)
        replayed = {flow["client"]["port"]: flow for flow in subject.flows("--capture", capture)["flows"]}
        subject.run("capture", f"{work}/rows", *where, "--connections", "proc")
        rows = {flow["client"]["port"]: flow for flow in subject.flows("--capture", f"{work}/rows")["flows"]}
    facts = [{port: (flow["verdict"], flow["reason"], flow["flags"]) for port, flow in flows.items()} for flows in (live, replayed)]
    report.equal("a capture says the same", *facts)
    report.equal("one of /proc has the verdict, too", ["synced", "synced"], [flow["verdict"] for flow in rows.values()])


def _judge_export(report, subject, backup, master):
    """Prometheus is told which connections were learned, and of the daemons."""
    for one, role, origin in ((backup, "backup", "sync"), (master, "master", "local")):
        page = subject.run("export", "--once", "--netns", one.name).stdout
        write_page(role, page)
        lines = [line.replace(f'netns="{one.name}",', "") for line in page.splitlines()]
        connections = [line for line in lines if line.startswith("ctinspect_ipvs_connections{")]
        report.equal(f"export counts the connections of the {role}", [f'ctinspect_ipvs_connections{{proto="TCP",state="ESTABLISHED",origin="{origin}"}} 2'], connections)
        daemon = f'ctinspect_ipvs_sync_daemon{{role="{role}",interface="eth0",sync_id="{SYNC_ID}"}} 1'
        report.check(f"and tells of the daemon of the {role}", daemon in lines, [line for line in lines if "daemon" in line])


def _judge_watch(hosts, report, web, where, subject):
    """A connection that the master tells of during the watch began, and has no NEW event here: and yet it is not never."""
    process = subprocess.Popen(
        [subject.program, "flows", "--json", "--for", "25s", *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(10)
    web.visit(CLIENTS[2], (VIP, 80), 1003)
    output, errors = process.communicate(timeout=120)
    flows = {flow["client"]["port"]: flow["verdict"] for flow in json.loads(output)["flows"]}
    report.equal("watched, none is never", {1001: "synced", 1002: "synced", 1003: "synced"}, flows)
    report.equal("and there is no trouble", "", errors.strip())
    screen = subject.run("watch", "--once", *where).stdout
    report.check("watch counts them apart", "SYNCED" in screen, screen)
    report.check("its banner says nothing of them", "not in the conntrack table" not in screen, screen)


def _client(hosts, port):
    return next(made for made in hosts.open if _name(made) == (CLIENTS[0], port))


def _name(made):
    try:
        return made.getsockname()
    except OSError:
        return None


def _fail_over(hosts, master, backup):
    master.run("ipvsadm", "--stop-daemon", "master")
    master.ip(f"addr del {VIP}/32 dev eth0")
    backup.ip(f"addr add {VIP}/32 dev eth0")
    hosts.client.ip("neigh flush dev eth0")
    hosts.note(f"the VIP moves from {SERVERS[1]} to the backup")


def _judge_failover(hosts, backup, report, subject, where, web):
    _, flows = _flows(subject, *where)
    verdicts = {port: flow["verdict"] for port, flow in flows.items()}
    report.equal("the one with packets is absent now, the others are as before", {1001: "absent", 1002: "synced", 1003: "synced"}, verdicts)
    report.check("and it is untracked by IPVS", "untracks DR packets" in flows[1001]["reason"], flows[1001])
    report.check("its packets are more than the threshold", flows[1001]["packets"] > 3, flows[1001]["packets"])
    web.visit(CLIENTS[0], (VIP, 80), 1004)
    _, flows = _flows(subject, *where)
    report.equal("a new one is absent at once", "absent", flows.get(1004, {}).get("verdict"))
    origins = _origins(backup)
    report.equal("as it was made here", "LOCAL", origins.get(1004))
    _, rows = _flows(subject, *where, access="proc")
    report.equal("which /proc says, too", "absent", rows.get(1004, {}).get("verdict"))
