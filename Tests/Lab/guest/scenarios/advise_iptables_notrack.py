"""advise for iptables, without tracking: applied, taken back, and put into the file that iptables-restore reads."""

from advising import judge_advice, judge_persisted


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    fix = judge_advice(hosts, subject, report, "notrack", {"UNTRACKED"})
    if fix:
        saved = hosts.director.run("iptables-save").stdout.splitlines()
        hosts.director.run("iptables-restore", text="\n".join(saved + fix["persist"][0]["lines"]) + "\n")
        judge_persisted(hosts, subject, report)
