"""The answers to the questions of docs/fleet.md, computed from the lines themselves: by their order in the files, which ClickHouse does not know."""
import ipaddress
from collections import defaultdict
from datetime import UTC, datetime, timedelta

EPOCH = "1970-01-01 00:00:00.000000"
VERDICTS = ("absent", "never", "unreplied", "tracked", "orphan", "synced", "stuck")


def moment(line):
    return datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.%f")


def minute(line):
    return moment(line).strftime("%Y-%m-%d %H:%M:00")


def director(line):
    return line["host"], line["netns"] or ""


def endpoint(value):
    if not value or value.get("address") is None:
        return ""
    if value.get("port") is None:
        return value["address"]
    address = f"[{value['address']}]" if ":" in value["address"] else value["address"]
    return f"{address}:{value['port']}"


def service(value):
    if not value:
        return ""
    if value.get("fwmark") is not None:
        return f"fwmark {value['fwmark']}" + (" ipv6" if value.get("family") == "ipv6" else "")
    return f"{value.get('protocol') or ''} {endpoint(value)}".strip()


def address(value):
    """As the type IPv6 is printed, and sorted."""
    one = ipaddress.ip_address(value["address"])
    return (f"::ffff:{one}", b"\0" * 10 + b"\xff\xff" + one.packed) if one.version == 4 else (str(one), one.packed)


def of(lines, *records, since=None):
    return [line for line in lines if line["record"] in records and (since is None or moment(line) >= since)]


def runs(lines):
    """Each director's lines by recorder."""
    directors = defaultdict(list)
    for line in lines:
        recorders = directors[director(line)]
        if not recorders or line["record"] == "start" and not line["goes_on"]:
            recorders.append([])
        recorders[-1].append(line)
    return directors.items()


def rule_drops(lines, since):
    return summed([line for line in of(lines, "drops", since=since) if "rule" in line], lambda line: (*director(line), line["rule"]))


def place_drops(lines, since):
    def key(line):
        subject = service(line["service"]) if "service" in line else endpoint(line)
        return *director(line), subject, line["where"], line["class"], line["ctstate"]

    return summed([line for line in of(lines, "drops", since=since) if "rule" not in line], key)


def summed(drops, key):
    groups = defaultdict(list)
    for line in drops:
        groups[key(line)].append(line)
    rows = [
        [*group, sum(one["packets"] for one in found), text(min(moment(one) - timedelta(seconds=one["seconds"]) for one in found)),
         text(max(moment(one) for one in found))]
        for group, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row[-3], row[:-3]))


def real_changes(lines):
    """(director, line, its property), without what is told at a beginning and what ct-inspect itself did."""
    for line in lines:
        kind = line["record"]
        if kind == "ruleset" and line["process"] != "ct-inspect":
            yield director(line), line, {"name": "generation", "before": None, "after": str(line["generation"])}
        elif kind in ("setting", "ipvs") and line["change"] in ("added", "removed", "changed"):
            yield director(line), line, line
        elif kind in ("service", "server") and line["change"] in ("added", "removed", "changed"):
            for one in line["properties"] or [{"name": "", "before": None, "after": None}]:
                yield director(line), line, one


def before_drops(lines, since):
    first = {}
    for line in of(lines, "drops", "flow", since=since):
        if line["record"] == "drops" or line["change"] == "stuck" and line["stuck"] == "end_dropped":
            first[director(line)] = min(moment(line), first.get(director(line), moment(line)))
    rows = []
    for key, drop in sorted(first.items()):
        found = [
            [line["record"], line.get("change", ""), service(line.get("service")), endpoint(line.get("destination")), one["name"],
             one["before"], one["after"], line.get("process") or "", line.get("pid") or 0, moment(line)]
            for owner, line, one in real_changes(lines) if owner == key and moment(line) <= drop
        ]
        found.sort(key=lambda row: (row[0], row[2], row[3], row[4]))
        found.sort(key=lambda row: row[-1], reverse=True)
        newest = [[text(row[-1]), *row[:-1]] for row in found[:3]] or [[EPOCH, "", "", "", "", "", None, None, "", 0]]
        rows += [[*key, text(drop), *row] for row in newest]
    return rows


def flow(line):
    return *director(line), line["protocol"], address(line["client"])[0], line["client"]["port"], endpoint(line["virtual"]), endpoint(line["destination"])


def stuck_longest(lines, since):
    ended = [line for line in of(lines, "flow", since=since) if line["change"] == "ended" and line["stuck_s"] > 0]
    ended.sort(key=lambda line: (-line["stuck_s"], moment(line)))
    return [[*flow(line), line["age_s"], line["stuck_s"], text(moment(line))] for line in ended[:20]]


def still_stuck(lines, since):
    rows = []
    for key, recorders in runs(lines):
        state = {}
        for line in of(recorders[-1], "flow", since=since):
            if line["change"] != "verdict":
                state[flow(line)] = line
        seconds = [int(moment(line).timestamp()) for recorder in recorders for line in recorder]
        for one, line in state.items():
            if line["change"] == "stuck":
                lasted = max(seconds) - int(moment(line).timestamp())
                rows.append(([-lasted, key, address(line["client"])[1], line["client"]["port"]], [*one, line["stuck"], text(moment(line)), lasted]))
    return [row for _, row in sorted(rows)][:20]


def verdicts(lines, since):
    rows = [[minute(line), *director(line), *(line["flows"][name] for name in VERDICTS)] for line in of(lines, "minute", since=since)]
    return sorted(rows, key=lambda row: row[:3])


def subject(value):
    about = endpoint(value) if value["kind"] == "address" else service(value) if value["kind"] == "service" else value.get("name", "")
    return f"{value['kind']} {about}".strip()


def raised(lines, since):
    rows = []
    for key, recorders in runs(lines):
        state = {}
        for line in of(recorders[-1], "finding"):
            finding = line["finding"]
            state[finding["severity"], finding["id"], subject(finding["subject"])] = line
        rows += [[*key, *name, text(moment(line)), line["finding"]["reason"]] for name, line in state.items() if line["change"] == "raised"]
    return sorted(rows, key=lambda row: (("error", "warning", "info").index(row[2]), row[0], row[1], row[3], row[4]))


def weights(lines, since):
    rows = [
        [text(moment(line)), *key, service(line["service"]), endpoint(line["destination"]), line["change"], one["before"], one["after"]]
        for key, line, one in real_changes(lines) if line["record"] == "server" and one["name"] == "weight" and moment(line) >= since
    ]
    return sorted(rows, key=lambda row: row[:5])


def fill(lines, since):
    rows = []
    for line in of(lines, "minute", since=since):
        entries, limit, counters = line["entries"], line["limit"], line["counters"]
        percent = None if entries is None or limit is None else round(100 * entries / limit, 1)
        rows.append([minute(line), *director(line), entries, limit, percent, counters.get("drop", 0) + counters.get("early_drop", 0)])
    return sorted(rows, key=lambda row: (row[5] is None, -(row[5] or 0), row[:3]))


def missing(lines, since):
    rows = [[text(moment(line)), *director(line), line["what"], line["why"]] for line in of(lines, "loss", since=since)]
    return sorted(rows, key=lambda row: row[:4])


def silent(lines, since):
    last = {}
    for line in lines:
        if moment(line) >= since and (director(line) not in last or moment(line) >= moment(last[director(line)])):
            last[director(line)] = line
    now = datetime.now(UTC)
    rows = []
    for key, line in last.items():
        state = "ended" if line["record"] == "end" else "silent" if now - moment(line) > timedelta(minutes=3) else "running"
        rows.append([*key, text(moment(line)), state])
    return sorted(rows, key=lambda row: (row[3], row[2], row[:2]))


ANSWERS = {
    "Which rules drop, and since when": rule_drops,
    "What is dropped, and where": place_drops,
    "What changed before the first drop": before_drops,
    "Which flows were stuck longest": stuck_longest,
    "Which flows are still stuck": still_stuck,
    "How many flows have each verdict": verdicts,
    "Which findings are raised now": raised,
    "Which real servers changed weight": weights,
    "How full is the conntrack table": fill,
    "What is missing": missing,
    "Which recorders are silent": silent,
}
