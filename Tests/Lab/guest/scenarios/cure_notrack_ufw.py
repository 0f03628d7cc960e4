"""The notrack cure for UFW from ct-inspect-lvs-dr(7)."""

import manual
from cures import judge_cure
from filters import ufw


def conduct(hosts, subject, report):
    lines = manual.display("notrack ufw")
    ufw(hosts.director, "allow 80/tcp", table_before=lines)
    # The effect of "ufw reload", which takes a minute here.
    hosts.director.run("iptables-restore", "-n", text="\n".join(lines) + "\n")
    rules = hosts.director.run("iptables", "-t", "raw", "-S", "PREROUTING").stdout.count("--notrack")
    report.equal("a reload does not duplicate rules", 4, rules)
    judge_cure(hosts, subject, report, {"UNTRACKED"})
