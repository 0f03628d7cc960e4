"""A DR destination that is this host itself: its answers leave by OUTPUT, and vs.conntrack=1 is right for it, the opposite of DR's.

The rule's own counter shows what is dropped there.
"""

from director import CLIENTS, DIRECTOR, VIP, VIP2
from traffic import Web


def conduct(hosts, subject, report):
    hosts.vip(VIP, VIP2)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", f"-a -t 10.0.0.100:80 -r {DIRECTOR}:80 -g")
    hosts.ipvs("-A -t 10.0.0.101:80 -s rr", "-a -t 10.0.0.101:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.director, VIP), (hosts.servers[0], VIP2)], 80)
    web.visit(CLIENTS[0], (VIP, 80), 1001)
    web.visit(CLIENTS[0], (VIP2, 80), 1002)
    _judge_untracked(hosts, subject, report)
    for client in CLIENTS[1:]:
        hosts.director.run("iptables", "-A", "OUTPUT", "-d", client, "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP")
    web.knock_in_vain(CLIENTS[1], (VIP, 80), 3)
    report.check("with vs.conntrack=0 its own answers are dropped as INVALID", _dropped(hosts, CLIENTS[1]) > 0)
    web.visit(CLIENTS[1], (VIP2, 80), 1003)
    hosts.vs_conntrack(1)
    web.visit(CLIENTS[2], (VIP, 80), 1004)
    report.equal("with vs.conntrack=1 none is", 0, _dropped(hosts, CLIENTS[2]))
    if subject is None:
        return
    flows = {flow["client"]["port"]: flow for flow in subject.flows("--netns", hosts.director.name)["flows"]}
    report.equal("and the connection is tracked", ("tracked", True), (flows[1004]["verdict"], flows[1004].get("local")))


def _judge_untracked(hosts, subject, report):
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    for access in ("bpf", "proc"):
        document = subject.flows("--netns", hosts.director.name, "--connections", access)
        flows = {flow["client"]["port"]: flow for flow in document["flows"]}
        report.equal(f"{access}: the method is as configured", ["dr", "dr"], [flow["method"] for flow in flows.values()])
        report.equal(f"{access}: only one is local", {1001: True, 1002: None}, {port: flow.get("local") for port, flow in flows.items()})
        findings = {one["id"]: one for one in document["findings"]}
        counts = {name: findings.get(name, {}).get("evidence", {}).get("absent") for name in ("vs-conntrack-local", "ends-invalid")}
        report.equal(f"{access}: each is found for itself", {"vs-conntrack-local": 1, "ends-invalid": 1}, counts)
        remedy = findings["vs-conntrack-local"]["remedy"]
        # That setting would take the other service down, which is DR.
        report.check(f"{access}: the fix is to accept its answers in OUTPUT, not vs.conntrack=1", "tcp 10.0.0.100:80 in OUTPUT" in remedy and "vs.conntrack" not in remedy and "10.0.0.101" not in remedy, remedy)
    lines = subject.run("flows", "--netns", hosts.director.name).stdout
    report.check("the table says it", "dr,local" in lines, lines)


def _dropped(hosts, client):
    """Answers to that client, as the rule itself counts them."""
    lines = hosts.director.run("iptables", "-L", "OUTPUT", "-nvx").stdout.splitlines()
    return sum(int(line.split()[0]) for line in lines if "ctstate INVALID" in line and f" {client} " in line)
