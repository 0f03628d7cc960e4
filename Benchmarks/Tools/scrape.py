#!/usr/bin/env python3
"""scrape.py SCRAPES SERIES URL PROGRAM [ARGUMENT ...]

Starts an exporter, scrapes it so often when it is ready, and prints: the CPU time of the exporter a scrape in microseconds, the wall time in microseconds,
the exporter's peak memory in KiB before the first and after the last scrape, and the bytes of a page. A page with fewer samples than SERIES is not what is
to be measured.
"""

import http.client
import pathlib
import subprocess
import sys
import time
import urllib.parse

PATIENCE = 60  # seconds


def fail(why):
    sys.exit(f"scrape: {why}")


def cpu_nanoseconds(process):
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{process}/task").iterdir())


def peak_kibibytes(process):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


class Client:
    """One connection that is kept, as Prometheus keeps it."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.path, self.connection = parts.path, http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def wait_until_ready(client, process):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if client.get("/-/ready")[0] == 200:
                return
        except OSError:
            client.connection.close()
        time.sleep(0.05)
    fail(f"the exporter is not ready, status {process.poll()}")


def main(scrapes, series, url, *command):
    client = Client(url)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_ready(client, process)
            before, start, first = peak_kibibytes(process.pid), time.monotonic_ns(), cpu_nanoseconds(process.pid)
            for _ in range(int(scrapes)):
                status, page = client.get(client.path)
            cpu, wall = cpu_nanoseconds(process.pid) - first, time.monotonic_ns() - start
            samples = sum(not line.startswith(b"#") for line in page.splitlines())
            if status != 200 or samples < int(series):
                fail(f"the page has status {status} and {samples} samples, not {series}")
            each = int(scrapes) * 1000
            print(cpu // each, wall // each, before, peak_kibibytes(process.pid), len(page))
        finally:
            process.terminate()


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
