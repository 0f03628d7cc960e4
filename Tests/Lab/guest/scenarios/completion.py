"""Completion offers the services of this director, as listed by ipvsadm, to an ordinary user as well."""

from director import VIP

SERVICES = ("-A -t 10.0.0.100:80 -s rr", "-A -u 10.0.0.100:53 -s wlc", "-A -t [2001:db8::100]:443 -s rr", "-A -f 7 -s rr")
OFFERED = ["fwmark:7", "tcp/10.0.0.100:80", "tcp/[2001:db8::100]:443", "udp/10.0.0.100:53"]


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.ipvs(*SERVICES)
    listed = hosts.director.run("ipvsadm", "-Ln").stdout
    report.equal("ipvsadm -Ln has four services", 4, sum(line[:3] in ("TCP", "UDP", "FWM") for line in listed.splitlines()))
    if subject is None:
        report.skip("what ct-inspect offers (--peers-only)")
        return
    words = ("---completion", "flows", "--", "--service", "3", "0", "ct-inspect", "flows", "--service", "")
    for who in (False, True):
        with hosts.director.inside():
            said = subject.run(*words, ordinary_user=who)
        report.equal(f"all are offered{' to an ordinary user' if who else ''}", OFFERED, sorted(said.stdout.split()))
        report.equal("and there is no error output", "", said.stderr)
    named = ("ct-inspect", "flows", "--netns", hosts.director.name, "--service", "")
    said = subject.run(*words[:4], "5", "0", *named)
    report.equal("root is offered those of another namespace", OFFERED, sorted(said.stdout.split()))
    said = subject.run(*words[:4], "5", "0", *named, ordinary_user=True, check=False)
    report.equal("an ordinary user is offered none of those, without a message", "", said.stdout.strip() + said.stderr)
