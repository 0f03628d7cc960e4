"""The configurations on the page: their syntax, what they insert, and rsyslog's for real, before a ClickHouse that refuses once."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse

import page

BOUND = 60  # seconds
PLACES = {
    "/var/lib/ct-inspect": "record",
    "/var/spool/rsyslog": "spool",
    "/usr/local/lib/ct-inspect-ship": "ship",
    "/etc/ct-inspect-ship.netrc": "netrc",
}
SERVER = "https://clickhouse.example.org:8443"


def check_syntax(report):
    import yaml

    checks = {"yaml": yaml.safe_load, "bash": lambda block: program(["shellcheck", "-"] if shutil.which("shellcheck") else ["bash", "-n"], block), "rsyslog": None}
    languages = []
    for heading, language, block in page.configurations():
        languages.append((heading, language))
        if not checks.get(language):
            report.equal(f"{heading}: a language that is known", True, language in checks)
            continue
        try:
            checks[language](block)
            complaint = ""
        except (yaml.YAMLError, subprocess.CalledProcessError) as error:
            complaint = getattr(error, "stdout", "") or str(error)
        report.equal(f"{heading}: its {language} can be read", "", complaint)
    report.equal("a configuration for each shipper", [("Vector", "yaml"), ("Fluent Bit", "yaml"), ("rsyslog", "rsyslog"), ("rsyslog", "bash")], languages)


def program(words, text):
    return subprocess.run(words, input=text, text=True, capture_output=True, timeout=BOUND, check=True)


def check_inserts(report, engine, lines):
    """What each shipper sends is taken by the statement that its configuration has."""
    import yaml

    wrapped = "".join(json.dumps({"line": line}) + "\n" for line in lines)
    vector, fluent, _, ship = (block for _, _, block in page.configurations())
    sink = yaml.safe_load(vector)["sinks"]["clickhouse"]
    sends = {
        # Vector's clickhouse sink makes the statement of these.
        "Vector": (f"INSERT INTO {sink['database']}.{sink['table']} FORMAT JSONEachRow", wrapped),
        "Fluent Bit": (statement(yaml.safe_load(fluent)["pipeline"]["outputs"][0]["uri"]), wrapped),
        "rsyslog": (statement(re.search(r"url='([^']+)'", ship)[1]), "\n".join(lines) + "\n"),
    }
    for name, (insert, body) in sends.items():
        engine.empty()
        try:
            engine.insert(insert, body)
            complaint = ""
        except RuntimeError as error:
            complaint = str(error)[:300]
        report.equal(f"{name}: {insert}", ("", len(lines)), (complaint, engine.rows("SELECT count() FROM lines WHERE record != ''")[0][0]))
    engine.empty()


def statement(url):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    return query["query"][0] if query["database"] == ["ctinspect"] else "no database"


class _Taker(http.server.BaseHTTPRequestHandler):
    """Takes what is inserted, but refuses at first."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.requests += 1
        taken = self.server.requests > 1
        if taken:
            self.server.lines += body.splitlines()
        self.send_response(200 if taken else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def _clickhouse():
    with http.server.HTTPServer(("127.0.0.1", 0), _Taker) as server:
        server.requests, server.lines = 0, []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(BOUND)


def check_rsyslog(report, records):
    """- Parameter records: files, which become segments while rsyslogd runs."""
    missing = [one for one in ("rsyslogd", "curl") if not shutil.which(one, path=os.environ["PATH"] + ":/usr/sbin")]
    if missing:
        report.skip("rsyslog", f"{' '.join(missing)} is missing")
        return
    _, _, configuration, ship = (block for _, _, block in page.configurations())
    with tempfile.TemporaryDirectory(prefix="ct-fleet-") as folder, _clickhouse() as server:
        folder = pathlib.Path(folder)
        for path, name in PLACES.items():
            configuration, ship = (text.replace(path, str(folder / name)) for text in (configuration, ship))
        ship = ship.replace(SERVER, f"http://127.0.0.1:{server.server_port}").replace("sleep 5", "sleep 0.2")
        # As systemd makes it for a unit with DynamicUser=.
        (folder / "private").mkdir()
        (folder / "record").symlink_to("private")
        (folder / "spool").mkdir()
        (folder / "netrc").write_text("default login shipper password secret\n")
        (folder / "ship").write_text(ship)
        (folder / "ship").chmod(0o755)
        (folder / "conf").write_text(configuration)
        checked = subprocess.run(_rsyslogd(folder, "-N1"), capture_output=True, text=True, timeout=BOUND)
        report.equal("rsyslog: rsyslogd -N1", (0, []), (checked.returncode, [line for line in checked.stderr.splitlines() if "error" in line.lower()]))
        if checked.returncode == 0:
            _ship(report, folder, server, records)


def _rsyslogd(folder, *options):
    return [shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin"), "-f", str(folder / "conf"), "-i", str(folder / "pid"), *options]


def _ship(report, folder, server, records):
    # The first segment is there before it begins, the others come later.
    first, *others = (path.read_text(encoding="utf-8") for path in records)
    wanted = {line for text in (first, *others) for line in text.splitlines()}
    (folder / "record" / "000001-a.jsonl").write_text(first)
    daemon = subprocess.Popen(_rsyslogd(folder, "-n"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for number, text in enumerate(others, 2):
            middle = text.index("\n") + 1
            with open(folder / "record" / f"{number:06}-a.jsonl", "w", encoding="utf-8", buffering=1) as segment:
                segment.write(text[:middle])
                time.sleep(0.3)
                segment.write(text[middle:])
        end = time.monotonic() + BOUND
        while time.monotonic() < end and not wanted <= set(server.lines):
            time.sleep(0.1)
    finally:
        daemon.terminate()
        daemon.wait(BOUND)
    got = set(server.lines)
    report.equal("rsyslog: ships every line of segments that grow, though the first insert fails", (0, 0), (len(wanted - got), len(got - wanted)))
    report.equal("rsyslog: the first was refused", True, server.requests > 1)
