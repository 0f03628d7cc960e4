"""How ct-inspect ends when it may not, when there is no such namespace, and when nobody reads on."""

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
    report.equal("flows | head -n 1: one line, no noise", (1, ""), (len(quiet.stdout.splitlines()), quiet.stderr))
