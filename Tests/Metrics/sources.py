"""What is tested: rules, their tests, dashboards, and the example queries of the README."""
import json
import pathlib
import re
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROMETHEUS = ROOT / "contrib" / "prometheus"
DASHBOARDS = sorted((ROOT / "contrib" / "grafana").glob("*.json"))
ALERTS = PROMETHEUS / "alerts.yml"
RECORDS = PROMETHEUS / "records.yml"
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
PAGE = ROOT / "man" / "ct-inspect-alerts.7"
# Pages of real directors, from the lab: see their ORIGIN.md.
PAGES = sorted((ROOT / "Tests" / "Metrics" / "pages").glob("*.prom"))
# A name of ours, but neither a part of a recording rule's name nor `ctinspect_ipvs_*`.
NAME = re.compile(r"(?<![\w:])ctinspect_\w+(?![\w:*])")
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def rules(path):
    return [rule for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def alerts():
    return [rule for rule in rules(ALERTS) if "alert" in rule]


def dashboards():
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS}


def queries_of(dashboard):
    """Each expression with the title of its panel; of a variable, what its values are labels of."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            selector = re.fullmatch(r"label_values\((.+), \w+\)", variable["definition"])
            yield f"variable {variable['name']}", selector[1]


def examples():
    """The queries between ```promql and ``` in the README."""
    text = (PROMETHEUS / "README.md").read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"^```promql\n(.*?)^```", text, re.M | re.S)]


def expressions():
    """Every expression with where it stands."""
    for rule in rules(ALERTS) + rules(RECORDS):
        yield rule.get("alert") or rule["record"], rule["expr"]
    for name, dashboard in dashboards().items():
        for title, expression in queries_of(dashboard):
            yield f"{name}, {title}", expression
    for query in examples():
        yield "README.md", query


def used_names():
    """Our metrics that the files name, each with the files."""
    found = {}
    for path in [*sorted(PROMETHEUS.rglob("*.yml")), *DASHBOARDS, PROMETHEUS / "README.md", PAGE]:
        for name in NAME.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(path.name)
    return found


def listed_names(binary):
    """The metrics in the exporter's own list, as their samples are called."""
    listing = subprocess.run([binary, "export", "--list"], capture_output=True, text=True, timeout=60, check=True).stdout
    return {line.split(" ")[0] for line in listing.splitlines()}


def names_on(page):
    return set(re.findall(r"^# TYPE (ctinspect_\w+) ", page, re.M))
