"""What /proc does not show of a connection: its method, its mark, its packets, and whether IPVS leaves them to conntrack."""

from director import CLIENTS, VIP
from screen import wait_for
from traffic import Web

ON_EACH_KERNEL = True


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT", "-p tcp --dport 81 -j ACCEPT")
    hosts.mark("-d 10.0.0.100 -p tcp --dport 81", 7)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g", "-A -f 7 -s rr", "-a -f 7 -r 10.0.0.3:0 -g")
    webs = [Web(hosts, [(hosts.servers[0], VIP)], port) for port in (80, 81)]
    hosts.vs_conntrack(0)
    webs[0].visit(CLIENTS[0], (VIP, 80), 1001)
    webs[1].visit(CLIENTS[0], (VIP, 81), 1002)
    hosts.vs_conntrack(1)
    webs[0].knock(CLIENTS[0], (VIP, 80), 1003)
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    where = ("--netns", hosts.director.name)
    _judge_packets(hosts, report, subject.flows(*where, "--connections", "bpf"))
    _judge_flags(report, _flows(subject, *where))
    _judge_service(report, subject, where)
    # Whatever is set now, a connection keeps what it was made with.
    hosts.vs_conntrack(0)
    hosts.ipvs("-e -t 10.0.0.100:80 -r 10.0.0.3:80 -i")
    _judge_kept(report, _flows(subject, *where), _flows(subject, *where, access="proc"))
    _judge_text(report, subject, where)


def _flows(subject, *arguments, access="bpf"):
    """By the client's port."""
    document = subject.flows(*arguments, "--connections", access)
    return {flow["client"]["port"]: flow for flow in document["flows"] if flow["verdict"] != "orphan"}


def _judge_packets(hosts, report, document):
    """All connections are open, and no ICMP error came: the services count the packets of these, and no others; every two seconds."""
    def counted():
        lines = hosts.director.run("ipvsadm", "-Ln", "--stats", "--exact").stdout.splitlines()
        return [int(line.split()[3]) for line in lines if line.startswith(("TCP", "FWM"))]

    packets = [sum(flow["packets"] for flow in document["flows"] if (flow["service"]["fwmark"] == 7) == is_marked) for is_marked in (False, True)]
    wait_for(lambda: sum(counted()) >= sum(packets))
    report.same_set("packets of the flows add up to the InPkts of ipvsadm -Ln --stats", counted(), packets)


def _judge_flags(report, flows):
    report.equal("only the connection made with vs.conntrack=1 has nfct", {1001: [], 1002: [], 1003: ["nfct"]}, {port: flow["flags"] for port, flow in flows.items()})
    report.equal("and only its SYN is in the table", {1001: "absent", 1002: "absent", 1003: "unreplied"}, {port: flow["verdict"] for port, flow in flows.items()})
    report.check("the others are untracked, although the setting is 1", all("was 0 when the connection was made" in flows[port]["reason"] for port in (1001, 1002)), flows)


def _judge_service(report, subject, where):
    """The real server is in both services: only the mark tells them apart."""
    flows, rows = _flows(subject, *where), _flows(subject, *where, access="proc")
    report.equal("the mark decides the service", {1001: None, 1002: 7, 1003: None}, {port: flow["service"]["fwmark"] for port, flow in flows.items()})
    report.equal("it is in JSON, too", {1001: 0, 1002: 7, 1003: 0}, {port: flow["fwmark"] for port, flow in flows.items()})
    report.check("without doubt", not any("doubts" in flow for flow in flows.values()), flows)
    report.check("where /proc leaves one", all("the service may be" in str(rows[port].get("doubts")) for port in (1001, 1003)), rows)


def _judge_kept(report, flows, rows):
    methods = {port: flow["method"] for port, flow in flows.items()}
    report.equal("a connection keeps its method when that of the destination changes", {1001: "dr", 1002: "dr", 1003: "dr"}, methods)
    report.check("/proc does not know it", rows[1001]["method"] != "dr" and rows[1001]["packets"] is None and rows[1001]["flags"] is None, rows[1001])
    report.check("and its flag when the setting changes", flows[1003]["flags"] == ["nfct"] and "was 1 when it was made" in flows[1003]["reason"], flows[1003])


def _judge_text(report, subject, where):
    lines = subject.run("flows", *where, "--connections", "bpf").stdout.splitlines()
    report.check("the table has columns for all of it", {"PACKETS", "FWMARK", "FLAGS"} <= set(lines[0].split()), lines[0])
    lines = subject.run("flows", *where, "--connections", "proc").stdout.splitlines()
    report.check("and not where it is not known", not {"PACKETS", "FWMARK", "FLAGS"} & set(lines[0].split()), lines[0])
