"""Prometheus, its Alertmanager and node_exporter, of Debian's packages, in a guest."""

import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from namespace import end_process
from screen import wait_for
from subject import NOBODY

BOUND = 240  # seconds, until one of them answers: an emulated host can be slow
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def get(url, accept=None, timeout=60):
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.read().decode()


def answers(url):
    try:
        get(url, timeout=10)
        return True
    except (OSError, urllib.error.URLError):
        return False


class Daemon:
    """A program that answers HTTP at a port of 127.0.0.1 when it is ready."""

    def __init__(self, name, port, words, ready="/-/ready", **options):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, **options)
        if not wait_for(lambda: self.process.poll() is not None or answers(self.url + ready), BOUND) or self.process.poll() is not None:
            self.end()
            raise RuntimeError(f"{name} is not ready: {self.said()}")

    def said(self):
        self.output.seek(0)
        return self.output.read()[-2000:]

    def end(self):
        end_process(self.process, 30)


def as_unit():
    """Runs a command as the unit does: as a user who is not root, with the unit's capabilities and no others."""
    unit = pathlib.Path("/run/exchange/systemd/ct-inspect-export.service").read_text()
    names = next(line.partition("=")[2].split() for line in unit.splitlines() if line.startswith("AmbientCapabilities="))
    kept = ",".join(["-all", *(f"+{name.removeprefix('CAP_').lower()}" for name in names)])
    sets = [f"--{kind}={kept}" for kind in ("bounding-set", "inh-caps", "ambient-caps")]
    return "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", *sets


class Exporter(Daemon):
    """ct-inspect export, which reads a director's namespace and listens here."""

    def __init__(self, subject, director, port, *options, prefix=()):
        words = (*prefix, subject.program, "export", "--netns", director.name, "--listen", f"127.0.0.1:{port}", *options)
        super().__init__(f"the exporter of {director.name}", port, words)

    def page(self, accept=None):
        return get(f"{self.url}/metrics", accept)

    def about(self, word):
        """The samples that have a word."""
        return [line for line in self.page().splitlines() if word in line and not line.startswith("#")]


class NodeExporter(Daemon):
    """node_exporter reads the namespace that it is in, and gets its socket from here, as from systemd."""

    def __init__(self, director, port):
        import socket

        with socket.create_server(("127.0.0.1", port)) as listening:
            os.set_inheritable(listening.fileno(), True)
            line = 'exec 3<&"$1"; exec ip netns exec "$2" sh -c \'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"\' sh '
            program = "prometheus-node-exporter --web.systemd-socket --collector.disable-defaults --collector.ipvs --collector.conntrack"
            words = ("bash", "-c", line + program, "bash", str(listening.fileno()), director.name)
            super().__init__(f"node_exporter of {director.name}", port, words, "/", pass_fds=(listening.fileno(),))


class Inbox:
    """Takes what the Alertmanager sends."""

    def __init__(self):
        inbox = self
        self.notices = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                inbox.notices += [(alert["status"], alert["labels"]["alertname"], alert["labels"].get("netns")) for alert in body["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def end(self):
        self.server.shutdown()
        self.server.server_close()


ALERTMANAGER = """
route: {receiver: inbox, group_by: [alertname, netns], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers: [{name: inbox, webhook_configs: [{url: "%s", send_resolved: true}]}]
"""

PROMETHEUS = """
global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}
rule_files: [%s]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:%d"]}]}]}
scrape_configs:
"""


class Monitoring:
    """Prometheus with its Alertmanager, which sends to an inbox."""

    def __init__(self, rules, jobs, ports):
        """`jobs`: of each name the port of each director."""
        self.folder = tempfile.TemporaryDirectory()
        self.parts = contextlib.ExitStack()
        try:
            self.inbox = Inbox()
            self.parts.callback(self.inbox.end)
            self._start(rules, jobs, *ports)
        except BaseException:
            self.end()
            raise

    def _start(self, rules, jobs, port, alert_port):
        work = pathlib.Path(self.folder.name)
        (work / "alertmanager.yml").write_text(ALERTMANAGER % self.inbox.url)
        text = PROMETHEUS % (", ".join(f'"{rule}"' for rule in rules), alert_port)
        for name, targets in jobs.items():
            for director, target in targets.items():
                text += (
                    f'  - {{job_name: "{name} {director}", static_configs: [{{targets: ["127.0.0.1:{target}"], '
                    f'labels: {{job: "{name}", instance: "{director}"}}}}]}}\n')
        (work / "prometheus.yml").write_text(text)
        words = (
            "prometheus-alertmanager", f"--config.file={work}/alertmanager.yml", f"--storage.path={work}/alerts",
            f"--web.listen-address=127.0.0.1:{alert_port}", "--cluster.listen-address=")
        self._add(Daemon("the Alertmanager", alert_port, words))
        words = (
            "prometheus", f"--config.file={work}/prometheus.yml", f"--storage.tsdb.path={work}/data",
            f"--web.listen-address=127.0.0.1:{port}")
        self.prometheus = self._add(Daemon("Prometheus", port, words))

    def _add(self, daemon):
        self.parts.callback(daemon.end)
        return daemon

    def query(self, expression):
        """The series of an expression now, as (labels, value)."""
        url = f"{self.prometheus.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        result = json.loads(get(url))["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def wait_for(self, expression, seconds=BOUND):
        """Waits until it has series, and returns them."""
        wait_for(lambda: self.query(expression), seconds)
        return self.query(expression)

    def end(self):
        self.parts.close()
        self.folder.cleanup()


