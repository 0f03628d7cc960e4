"""How ct-inspect exits without permission, without the namespace, and on a closed pipe."""

import re

from director import CLIENTS, VIP
from namespace import command
from traffic import Web


def play(hosts):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    hosts.ipvs("-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g")
    web = Web(hosts, [(hosts.servers[0], VIP)], 80)
    for client in CLIENTS:
        web.visit(client, (VIP, 80))


def reality(peers, report):
    report.equal("IPVS has three connections", 3, len(peers.connections))


def beyond(hosts, subject, live, report):
    with hosts.director.inside():
        said = subject.run("flows", "--json", ordinary_user=True, check=False)
    report.equal("an ordinary user, live: status 77, no output", (77, ""), (said.returncode, said.stdout))
    report.check("an ordinary user, live: the message names CAP_NET_ADMIN", "CAP_NET_ADMIN" in said.stderr, said.stderr)

    said = subject.run("flows", "--netns", "nosuch", check=False)
    report.check("no such namespace: status 69 or 74, no output", said.returncode in (69, 74) and not said.stdout, said)
    report.check("no such namespace: the message names it", "nosuch" in said.stderr, said.stderr)

    said = subject.run("flows", "--verdict", "nonsense", check=False)
    report.equal("a wrong word: status 64", 64, said.returncode)

    quiet = command("sh", "-c", f"{subject.program} flows --netns {hosts.director.name} | head -n 1")
    report.equal("flows | head -n 1: one line, no error message", (1, ""), (len(quiet.stdout.splitlines()), quiet.stderr))

    _judge_features(hosts, subject, report)


def _judge_features(hosts, subject, report):
    """The features that --version --verbose reports as working match what the peers find."""
    with hosts.director.inside():
        lines = subject.run("--version", "--verbose").stdout.splitlines()[4:]
        barred = subject.run("--version", "--verbose", ordinary_user=True).stdout
    found = {name: rest for name, *rest in (re.split(r" {2,}", line, maxsplit=2) for line in lines)}
    limit = hosts.director.read("/proc/sys/net/netfilter/nf_conntrack_max").strip()
    report.check("--version --verbose: the conntrack table has the limit of /proc", found["conntrack table"][1].endswith(f"at most {limit}"), lines)
    report.equal("IPVS is present, with one service", ["yes", "1 service in this network namespace"], found["IPVS"])
    report.check("DR has no entries", found["DR, TUN entries"][1].startswith("net.ipv4.vs.conntrack=0"), lines)
    report.check("the filter uses conntrack", "IPv4: conntrack is active" in found["observe"][1], lines)
    report.check("an ordinary user is told what could not be determined", "CAP_NET_ADMIN" in barred, barred)
