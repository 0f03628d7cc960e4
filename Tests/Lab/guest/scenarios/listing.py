"""Services with every option that "ipvsadm -Ln" shows, and no traffic."""

import re

from checking import judge_saved_services
from columns import judge_listings
from director import VIP, VIP6

SERVICES = (
    "-A -t 10.0.0.100:80 -s wlc -p 300 -M 255.255.255.0",
    "-a -t 10.0.0.100:80 -r 10.0.0.3:80 -g -w 0",
    "-a -t 10.0.0.100:80 -r 10.0.0.4:80 -g -w 100 -x 2000 -y 1000",
    "-A -t 10.0.0.100:443 -s sh -b sh-fallback,sh-port",
    "-a -t 10.0.0.100:443 -r 10.0.0.3:443 -m",
    "-a -t 10.0.0.100:443 -r 10.0.0.4:443 -i --tun-type gue --tun-port 6080",
    "-A -t 10.0.0.100:0 -s rr -p 60",
    "-a -t 10.0.0.100:0 -r 10.0.0.3:0 -g",
    "-A -u 10.0.0.100:5060 -s rr -o --pe sip -p 120",
    "-A --sctp-service 10.0.0.100:9899 -s rr",
    "-a --sctp-service 10.0.0.100:9899 -r 10.0.0.3:9899 -g",
    "-A -t [2001:db8::100]:80 -s mh -b mh-fallback -p 300 -M 64",
    "-a -t [2001:db8::100]:80 -r [2001:db8::3]:80 -g",
    "-A -f 7 -s rr",
    "-A -f 8 -6 -s rr -p 30",
    "-a -f 8 -6 -r [2001:db8::4]:0 -g",
)


def play(hosts):
    hosts.vip(VIP, VIP6)
    hosts.ipvs(*SERVICES)


def reality(peers, report):
    report.equal("all services are listed", sum(line.startswith("-A") for line in SERVICES), len(peers.services))
    report.equal("there are no connections", ([], []), (peers.connections, peers.templates))


def beyond(hosts, subject, live, report):
    judge_saved_services(hosts, subject, report)
    words = "--start-daemon master --mcast-interface eth0 --syncid 7"
    hosts.director.run("ipvsadm", *words.split())
    judge_listings(hosts, subject, report)
    hosts.director.run("ipvsadm", "--stop-daemon", "master")
    _judge_saving(hosts, subject, report)


def _judge_saving(hosts, subject, report):
    """-o save is what ipvsadm -Sn writes, with the thresholds that it leaves out, and ipvsadm -R makes the same of it."""
    director = hosts.director
    saved = _saved(director, subject)
    report.equal("services -o save: what ipvsadm -Sn writes, thresholds aside", director.run("ipvsadm", "-Sn").stdout, re.sub(r" -[xy] \d+", "", saved))
    director.run("ipvsadm", "-C")
    restored = director.run("ipvsadm", "-R", text=saved, check=False)
    report.equal("ipvsadm -R takes all of it", (0, ""), (restored.returncode, restored.stderr))
    report.equal("and makes the same services of it", saved, _saved(director, subject))
    report.check("with their thresholds", " 2000       1000 " in director.run("ipvsadm", "-Ln", "--thresholds").stdout)


def _saved(director, subject):
    with director.inside():
        return subject.run("services", "-o", "save").stdout
