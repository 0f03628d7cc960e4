"""A kernel locked down for confidentiality lets no BPF program read its memory. The last scenario: a lockdown lasts until the next boot."""

import os

from namespace import command
from traffic import visited_service

ON_EACH_KERNEL = True
SECURITY = "/sys/kernel/security"
LOCKDOWN = f"{SECURITY}/lockdown"


def conduct(hosts, subject, report):
    _web = visited_service(hosts)  # its sockets stay open as long as this
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
