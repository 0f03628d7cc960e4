"""What can be checked without Prometheus running: promtool's checks, annotations and anchors, names of metrics, dashboards."""
import json
import re
import subprocess

import sources

SEVERITIES = ("critical", "warning", "info")


def run(*command, cwd=sources.PROMETHEUS):
    """- Returns: what the command printed if it failed, or nothing."""
    outcome = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    return outcome.stdout + outcome.stderr if outcome.returncode else ""


def check_promtool(report):
    rules = [sources.ALERTS.name, sources.RECORDS.name]
    report.check("promtool check rules", run("promtool", "check", "rules", "--lint=all", "--lint-fatal", *rules))
    for test in sources.TESTS:
        report.check(f"promtool test rules {test.name}", run("promtool", "test", "rules", str(test)))
    report.check("promtool check config scrape.yml", run("promtool", "check", "config", "--lint=all", "--lint-fatal", "scrape.yml"))


def check_alerts(report):
    page = subprocess.run(["mandoc", "-T", "html", str(sources.PAGE)], capture_output=True, text=True, timeout=60, check=True).stdout
    anchors = set(re.findall(r'<h\d class="Ss" id="([^"]+)"', page))
    for alert in sources.alerts():
        name, notes = alert["alert"], alert.get("annotations", {})
        kind = f"{name} ({alert['labels'].get('severity')})"
        report.check(f"{kind}: severity", "" if alert["labels"].get("severity") in SEVERITIES else f"is none of {SEVERITIES}")
        lacking = [note for note in ("summary", "description") if "$labels." not in notes.get(note, "")]
        report.check(f"{kind}: summary and description", f"without labels: {lacking}" if lacking else "")
        report.check(f"{kind}: the value", "" if re.search(r"\$value \| humanize", notes.get("description", "")) else "the description has none")
        report.check(f"{kind}: runbook_url", "" if notes.get("runbook_url") == f"man:ct-inspect-alerts(7)#{name}" else str(notes.get("runbook_url")))
        report.check(f"{kind}: anchor", "" if name in anchors else f"{sources.PAGE.name} has no section {name}")
    strangers = anchors - {alert["alert"] for alert in sources.alerts()}
    report.check("no section of another alert", ", ".join(sorted(strangers)))


def check_tests(report):
    """Each alert has a test in which it fires, and one in which it does not."""
    fires, silent = set(), set()
    for path in sources.TESTS:
        for test in sources.yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for case in test.get("alert_rule_test", []):
                for alert in case.get("exp_alerts", []):
                    fires.add((case["alertname"], alert["exp_labels"]["severity"], alert["exp_labels"].get("kind")))
                if not case.get("exp_alerts"):
                    silent.add(case["alertname"])
    for alert in sources.alerts():
        key = (alert["alert"], alert["labels"]["severity"], alert["labels"].get("kind"))
        report.check(f"{key[0]} ({key[1]}): a test in which it fires", "" if key in fires else "there is none")
        report.check(f"{key[0]}: a test in which it does not", "" if key[0] in silent else "there is none")


def check_commands(report, binary):
    """The commands of the manual page after .Dl exist, with their options."""
    help_ = subprocess.run([binary, "--experimental-dump-help"], capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL).stdout
    commands = {command["commandName"]: command for command in json.loads(help_)["command"]["subcommands"]}
    page = sources.PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    for line in sorted(set(re.findall(r"^\.Dl (?:time )?ct-inspect (.+)$", page, re.M)) - {"--version --verbose"}):
        name, *words = line.split()
        arguments = commands[name]["arguments"] if name in commands else []
        known = {("-" if form["kind"] == "short" else "--") + form["name"] for argument in arguments for form in argument.get("names", [])}
        strange = [word for word in words if word.startswith("-") and word not in known]
        report.check(f"ct-inspect {line}", f"it has no {' '.join(strange)}" if strange else "" if arguments else f"there is no command {name}")


def check_names(report, pages, binary):
    known = sources.listed_names(binary).union(*map(sources.names_on, pages))
    for name, files in sorted(sources.used_names().items()):
        report.check(f"{name} is a metric", "" if name in known else f"not in the exporter's list: {', '.join(sorted(files))}")


def check_dashboards(report):
    for name, dashboard in sources.dashboards().items():
        report.check(f"{name}: problems", "\n".join(problems_of(dashboard)))


def problems_of(dashboard):
    if dashboard["id"] is not None:
        yield "its id is not null"
    if not any(variable["type"] == "datasource" for variable in dashboard["templating"]["list"]):
        yield "no variable for the data source"
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(set(ids)) < len(ids):
        yield "two panels of one id"
    places = set()
    for panel in dashboard["panels"]:
        title, at = panel["title"], panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if cells & places or at["x"] + at["w"] > 24:
            yield f"{title}: overlaps another panel, or the edge"
        places |= cells
        if panel["type"] == "row":
            continue
        if not panel.get("description"):
            yield f"{title}: no description"
        if not panel.get("targets"):
            yield f"{title}: no query"
    yield from (f"a data source of its own: {source}" for source in datasources(dashboard) if source != sources.DATASOURCE)


def datasources(value):
    """Every member `datasource`, however deep."""
    if isinstance(value, dict):
        for key, member in value.items():
            if key == "datasource":
                yield member
            else:
                yield from datasources(member)
    elif isinstance(value, list):
        for member in value:
            yield from datasources(member)


def check_all(report, binary, pages):
    check_promtool(report)
    check_alerts(report)
    check_tests(report)
    check_commands(report, binary)
    check_names(report, pages, binary)
    check_dashboards(report)
