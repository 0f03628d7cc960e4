"""check of a director with a hundred services, with IPVS in its sandbox: all are tried, within the memory that is promised."""

import json
import os
import subprocess
import time

from director import SERVERS, VIP

COUNT = 100
MOST_MEMORY = 60 << 10  # KiB
# Seconds: the promise is three, on a machine that is not emulated.
BOUND = 60


def conduct(hosts, subject, report):
    hosts.vip(VIP)
    hosts.vs_conntrack(0)
    hosts.ufw("-p tcp --dport 8001:8100 -j ACCEPT")
    ports = range(8001, 8001 + COUNT)
    services = [f"-{word}" for port in ports for word in (f"A -t {VIP}:{port} -s rr", f"a -t {VIP}:{port} -r {SERVERS[0]}:{port} -g")]
    hosts.director.run("ipvsadm", "-R", text="\n".join(services) + "\n")
    if subject is None:
        report.skip("what ct-inspect check says (--peers-only)")
        return
    words = (subject.program, "check", "--json", "--only", "invalid-dropped,icmp-not-accepted", "--netns", hosts.director.name)
    begin = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        document = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - begin
    report.note(f"{COUNT} services with IPVS took {took:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of them in the program, and {usage.ru_maxrss >> 10} MiB")
    report.equal("all were tried with IPVS", (True, []), (document["sandbox"]["ipvs"], document["sandbox"]["not_tried"]))
    found = {one["id"]: one for one in document["findings"]}
    report.equal("and all have the trap", COUNT, found.get("invalid-dropped", {}).get("evidence", {}).get("services"))
    report.check(f"it took less than {BOUND} s", took < BOUND, took)
    report.check(f"and less than {MOST_MEMORY >> 10} MiB", usage.ru_maxrss < MOST_MEMORY, usage.ru_maxrss)
