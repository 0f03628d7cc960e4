"""The listings of ipvsadm(8) with its options, and those of `services` with the same."""

LISTINGS = (
    ("--stats",), ("--stats", "--exact"), ("--rate",), ("--rate", "--exact"), ("--thresholds",), ("--persistent-conn",),
    ("--tun-info",), ("--timeout",), ("--daemon",),
)


def judge_listings(hosts, subject, report):
    """Byte for byte, but rates and counters change every two seconds: of several attempts one has to be the same."""
    for options in LISTINGS:
        for _ in range(10):
            wanted = hosts.director.run("ipvsadm", "-Ln", *options).stdout
            with hosts.director.inside():
                found = subject.run("services", *options).stdout
            if wanted == found:
                break
        report.equal(f"services {' '.join(options)} prints what ipvsadm -Ln does", wanted, found)
