"""The fix that advise prints for iptables: applied, taken back, and put into the file that iptables-restore reads."""

from advising import judge_advice, judge_persisted


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"})
    if fix:
        saved = hosts.director.run("iptables-save").stdout.splitlines()
        place = next(number for number, line in enumerate(saved) if "--ctstate INVALID -j DROP" in line)
        saved[place:place] = fix["persist"][0]["lines"]
        hosts.director.run("iptables-restore", text="\n".join(saved) + "\n")
        judge_persisted(hosts, subject, report)
