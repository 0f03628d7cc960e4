"""advise beside Docker, in whose table the administrator's own rule drops: the fix outlives Docker's restart, and Docker a load of the file."""

from advising import judge_advice, judge_persisted
from docker import Docker


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    own = hosts.director.run("iptables-save", "-t", "filter").stdout.splitlines()
    with Docker(hosts) as docker:
        chains = docker.chains()
        report.check("Docker has made its chains in the same table", len(chains) > 5, chains)
        fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, rule="ip filter INPUT")
        if not fix:
            return
        # The administrator's file has no rules of Docker's.
        (place,) = fix["persist"]
        at = next(number for number, line in enumerate(own) if "--ctstate INVALID -j DROP" in line)
        hosts.director.run("iptables-restore", text="\n".join(own[:at] + place["lines"] + own[at:]) + "\n")
        report.equal("the file flushes Docker's chains, and advise says so", ([], "systemctl restart docker"), (docker.chains(), place["reload"][-1]))
        docker.restart()
        report.equal("they are there again then", chains, docker.chains())
        judge_persisted(hosts, subject, report)
