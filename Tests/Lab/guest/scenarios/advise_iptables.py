"""The fix that advise prints for iptables with net.ipv4.vs.conntrack=1, which belongs to it: applied, taken back, and put into the file that iptables-restore reads."""

from advising import judge_advice, judge_persisted


def conduct(hosts, subject, report):
    hosts.ufw("-p tcp --dport 80 -j ACCEPT")
    fix = judge_advice(hosts, subject, report, "accept-invalid", {"NEW", "INVALID"}, vs_conntrack=1)
    if fix:
        saved = hosts.director.run("iptables-save").stdout.splitlines()
        place = next(number for number, line in enumerate(saved) if "--ctstate INVALID -j DROP" in line)
        saved[place:place] = fix["persist"][-1]["lines"]
        hosts.director.run("iptables-restore", text="\n".join(saved) + "\n")
        hosts.vs_conntrack(0)  # which is in the first of its files
        judge_persisted(hosts, subject, report)
