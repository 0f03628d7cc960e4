"""The programs that run for long: how each is started, ended, and held to what it counted."""
import http.client
import json
import os
import pty
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

Sample = namedtuple("Sample", "resident descriptors")  # KiB; how many are open
ENDS_WITHIN = 60  # seconds


class Subject:
    name = ""
    # So many descriptors at any time; 0 if it should not open more after a while.
    may_open = 0

    def __init__(self, words, output, **options):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(words, stdout=output, stderr=self.errors, **options)
        self.samples = []

    @property
    def is_running(self):
        return self.process.poll() is None

    def sample(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
            self.samples.append(Sample(resident, len(os.listdir(f"/proc/{self.process.pid}/fd"))))
        except (OSError, StopIteration):
            pass  # It has ended, which is found elsewhere.

    @property
    def status(self):
        if not self.samples:
            return f"{self.name}: -"
        return f"{self.name}: {self.samples[-1].resident} KiB, {self.samples[-1].descriptors} open"

    def wait_for(self, seconds, condition):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.1)
        return False

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            pass

    @property
    def status_code(self):
        return self.process.poll()

    @property
    def last_words(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace").strip()[-500:]

    def kill(self):
        if self.is_running:
            self.process.kill()
            self.process.wait()

    def account(self, checks, load):
        """Holds what it counted against what was sent."""


class Events(Subject):
    """Its lines are read as they come, and only the kinds counted: an hour has millions."""
    name = "events"

    def __init__(self, program):
        super().__init__([program, "events", "--json"], subprocess.PIPE)
        self.counts = {}
        self.last = b"{}"
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            kind = line[10:line.find(b'"', 10)].decode()
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.last = line

    def wait_until_it_listens(self, seconds):
        return self.wait_for(seconds, lambda: "live" in self.counts)

    def account(self, checks, load):
        self.reader.join(ENDS_WITHIN)
        end = json.loads(self.last)
        checks.check("the last line of events is its summary", end.get("event") == "end", self.last.decode()[:300])
        shown = {kind: end.get(kind, 0) for kind in ("new", "update", "destroy")}
        checks.check("events counts the lines that it wrote", all(self.counts.get(kind, 0) == shown[kind] for kind in shown), shown)
        if end.get("lost") == 0 and end.get("uncounted_losses") == 0:
            # An address and port may come again while its entry is there still.
            checks.check("events told of every entry", shown["new"] <= load.sent and shown["new"] >= load.sent * 0.99, f"{shown['new']} of {load.sent}")
        else:
            checks.check("events made its losses good", self.counts.get("resynced", 0) > 0, end)
        checks.check("no entry ends twice", shown["destroy"] <= shown["new"], shown)


class Watch(Subject):
    """On a terminal whose other side is read and forgotten. Every half minute, or more often if it is not for long, another tab is viewed."""
    name = "watch"
    TABS = b"12345678"

    def __init__(self, program, seconds):
        self.key_every = min(30, seconds / 2 / (len(self.TABS) + 1))
        self.terminal, other = pty.openpty()
        environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", LINES="40", COLUMNS="120")
        super().__init__([program, "watch", "--no-config"], other, stdin=other, start_new_session=True, env=environment)
        os.close(other)
        self.read = 0
        self.screen = threading.Thread(target=self.look, daemon=True)
        self.screen.start()

    def look(self):
        next_key, tab = time.monotonic() + self.key_every, 0
        while True:
            ready, _, _ = select.select([self.terminal], [], [], 1)
            try:
                if ready:
                    self.read += len(os.read(self.terminal, 65536))
                if time.monotonic() > next_key:
                    tab = (tab + 1) % len(self.TABS)
                    os.write(self.terminal, self.TABS[tab:tab + 1] + b"j")
                    next_key += self.key_every
            except OSError:
                return

    def wait_until_it_listens(self, seconds):
        return self.wait_for(seconds, lambda: self.read > 1000)

    def end(self):
        os.write(self.terminal, b"q")
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            pass

    def account(self, checks, load):
        checks.check("watch drew its screen all the time", self.read > 1000 * len(self.samples), f"{self.read} bytes")


class Observe(Subject):
    name = "observe"

    def __init__(self, program, service):
        self.document = tempfile.TemporaryFile()
        super().__init__([program, "observe", "--vip", service, "--json"], self.document)

    def wait_until_it_listens(self, seconds):
        return self.wait_for(seconds, lambda: b"ct-inspect" in subprocess.run(["nft", "list", "tables"], capture_output=True).stdout)

    def account(self, checks, load):
        self.document.seek(0)
        document = json.loads(self.document.read() or b"{}")
        rows = [row for service in document.get("services", []) for row in service.get("packets", [])]
        counts = {row.get("point"): 0 for row in rows}
        for row in rows:
            counts[row.get("point")] += row.get("packets", 0) if row.get("class") == "udp" else 0
        checks.check("observe counted every packet that was sent", load.sent in counts.values(), f"{counts}, {load.sent} sent")
        checks.check("observe is complete", document.get("complete") is True, document.get("losses"))


class Export(Subject):
    """Scraped once a second by a client that stays, while others come that say nothing, or nonsense, or do not read what they asked for."""
    name = "export"
    # The connections that it keeps for clients, and its own.
    may_open = 280
    PLACE = ("127.0.0.1", 9836)
    NUISANCES = (b"", b"GET /met", b"\0\1\2\r\n\r\n", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 50)

    def __init__(self, program):
        super().__init__([program, "export", "--collectors", "conntrack,check", "--interval", "1s", "--check-every", "10s"], subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection(*self.PLACE, timeout=ENDS_WITHIN)
        self.scrapes, self.longest, self.failures, self.page = 0, 0.0, [], ""
        self.scraper = threading.Thread(target=self.scrape_again_and_again, daemon=True)

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def wait_until_it_listens(self, seconds):
        def is_ready():
            try:
                return self.get("/-/ready")[0] == 200
            except OSError:
                self.connection.close()
                return False

        if not self.wait_for(seconds, is_ready):
            return False
        self.scraper.start()
        return True

    def scrape_again_and_again(self):
        nuisances = []
        while self.is_running:
            start = time.monotonic()
            try:
                nuisances.append(socket.create_connection(self.PLACE, timeout=ENDS_WITHIN))
                nuisances[-1].sendall(self.NUISANCES[self.scrapes % len(self.NUISANCES)])
                status, self.page = self.get("/metrics")
                if status != 200:
                    self.failures.append(status)
            except (OSError, http.client.HTTPException) as error:
                if self.is_running:
                    self.failures.append(repr(error))
            self.scrapes += 1
            self.longest = max(self.longest, time.monotonic() - start)
            while len(nuisances) > 300:
                nuisances.pop(0).close()
            time.sleep(max(0.0, start + 1 - time.monotonic()))

    def account(self, checks, load):
        self.scraper.join(ENDS_WITHIN)
        # The one under way when it ended.
        checks.check("export answered every scrape", len(self.failures) <= 1, f"{self.scrapes} scrapes, {self.failures[:3]}")
        checks.check("no scrape took longer than a second", self.longest < 1, f"{self.longest:.3f} s")
        checks.check("what it says is the last reading", 'ctinspect_scrape_success{collector="check"} 1' in self.page, self.page[:300])
