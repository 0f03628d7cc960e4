"""Prometheus, node_exporter and what they scrape, all on 127.0.0.1 with ports that the kernel chooses, and ended with this program."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

START = 60  # seconds: a loaded machine takes ten
QUERY = 30


@contextlib.contextmanager
def pages(texts):
    """Serves each text at a port of its own, as it is; yields the ports."""
    servers = []
    try:
        for text in texts:
            servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(text.encode())))
            threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        yield [server.server_address[1] for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def handler(body):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


@contextlib.contextmanager
def server(*command, log):
    """Runs a program that listens on port 0; yields the port that it got. The kernel ends it should this program be killed."""
    with open(log, "wb") as output:
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield waited_for(lambda: listening_port(process, log), f"{command[0]} listens")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def listening_port(process, log):
    """The port of the process's listening IPv4 socket, from /proc: not every version logs it."""
    if process.poll() is not None:
        raise RuntimeError(f"it ended with {process.returncode}: {pathlib.Path(log).read_text(errors='replace')[-2000:]}")
    inodes = set()
    for descriptor in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(descriptor)))
    for line in pathlib.Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in inodes:
            return int(fields[1].split(":")[1], 16)
    return None


def waited_for(ask, what, seconds=START):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.2)
    raise RuntimeError(f"not within {seconds} s: {what}")


class Prometheus:
    """Asks one that runs."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def get(self, path, **parameters):
        """- Returns: the data; an error of the query as ValueError."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(parameters)}", timeout=QUERY) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode(errors="replace")) from error

    def query(self, expression):
        data = self.get("/api/v1/query", query=expression)
        return data["result"] if data["resultType"] == "vector" else [data["result"]]

    def instances(self):
        return sorted({series["metric"]["instance"] for series in self.query("ctinspect_build_info")})

    def has_scraped(self, targets, times):
        """Whether each target was scraped so often: rates need two samples."""
        try:
            counts = [int(series["value"][1]) for series in self.query("sum_over_time(up[10m])")]
        except (OSError, ValueError):
            return False
        return len(counts) >= targets and min(counts) >= times


def configuration(own, node, rules):
    """- Parameters:
      - own: ports of the directors' pages, by the director's name.
      - node: the port of node_exporter, which is on the first of them.
    """
    def target(port, director):
        return {"targets": [f"127.0.0.1:{port}"], "labels": {"director": director}}

    return json.dumps({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [
            {"job_name": "ct-inspect", "static_configs": [target(port, director) for director, port in own.items()]},
            {"job_name": "node", "static_configs": [target(node, next(iter(own)))]}]})


@contextlib.contextmanager
def monitoring(directors, folder, rules):
    """Prometheus, which has scraped these directors more than once.

    - Parameter directors: pages by name.
    """
    textfile = folder / "textfile"
    textfile.mkdir()
    (textfile / "ct-inspect.prom").write_text("")
    collectors = [f"--collector.{name}" for name in ("textfile", "meminfo")]
    with contextlib.ExitStack() as stack:
        ports = dict(zip(directors, stack.enter_context(pages(directors.values()))))
        node = stack.enter_context(server(
            "prometheus-node-exporter", "--web.listen-address=127.0.0.1:0", "--collector.disable-defaults", *collectors,
            f"--collector.textfile.directory={textfile}", log=folder / "node_exporter.log"))
        (folder / "prometheus.yml").write_text(configuration(ports, node, rules))
        port = stack.enter_context(server(
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            "--web.listen-address=127.0.0.1:0", "--log.level=warn", log=folder / "prometheus.log"))
        prometheus = Prometheus(f"http://127.0.0.1:{port}")
        waited_for(lambda: prometheus.has_scraped(len(ports) + 1, times=4), "every target is scraped")
        yield prometheus
