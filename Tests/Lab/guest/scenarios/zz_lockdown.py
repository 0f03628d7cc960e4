"""A kernel locked down for confidentiality lets no BPF program read its memory. The last scenario: a lockdown lasts until the next boot."""

import os

from director import CLIENTS, VIP
from namespace import command
from traffic import Web

SECURITY = "/sys/kernel/security"
LOCKDOWN = f"{SECURITY}/lockdown"


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    for client in CLIENTS:
        web.visit(client, (VIP, 80))
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    if not os.path.exists(LOCKDOWN):
        command("mount", "-t", "securityfs", "none", SECURITY)
    with open(LOCKDOWN, "w", encoding="ascii") as file:
        file.write("confidentiality")
    with hosts.director.inside():
        said = subject.run("flows", "--connections", "bpf", check=False)
        report.equal("--connections bpf is refused", (77, ""), (said.returncode, said.stdout))
        report.check("the message names the lockdown", "locked down for confidentiality" in said.stderr, said.stderr)
        said = subject.run("flows", "--summary", "--json").stdout
        report.check("without the option /proc is read", '"connections_read":3' in said, said)
