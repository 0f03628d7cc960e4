"""Compares the output of ct-inspect with that of the peers for the same director at the same moment."""

import re
from collections import Counter

LITTLE_TIME_LEFT = re.compile(r"it had \d+ s left when it was read")


def _point(value):
    return (value["address"], value["port"])


def _identity(flow):
    """A flow by its endpoints; an orphan has no destination."""
    destination = flow["destination"]
    return (flow["protocol"], _point(flow["client"]), _point(flow["virtual"]), _point(destination) if destination else None)


def _service_key(service):
    return (service["protocol"], service["address"], service["port"], service["fwmark"]) if service else None


def _tuple(value):
    return (value["source"], value["destination"], value.get("source_port"), value.get("destination_port"))


def _entry_facts(entry):
    """The fields of an entry that conntrack prints too; the kernel may leave out a mark or a zone of 0."""
    return {
        "family": entry["family"], "protocol": entry["protocol"], "protocol_number": entry["protocol_number"],
        "original": _tuple(entry["original"]), "reply": _tuple(entry["reply"]), "state": entry.get("state"),
        "mark": entry.get("mark", 0), "zone": entry.get("zone", 0), "id": entry["id"],
    }


def _peer_entry_facts(entry):
    return {
        "family": entry.family, "protocol": entry.protocol, "protocol_number": entry.protocol_number,
        "original": entry.original, "reply": entry.reply, "state": entry.state,
        "mark": entry.mark, "zone": entry.zone, "id": entry.id,
    }


def _peer_identity(connection):
    return (connection.protocol, connection.client, connection.virtual, connection.destination)


def judge_readings(report, by_bpf, by_proc):
    """Both read the same table; only the remaining time moves on. Service, method and reason are compared where /proc leaves no doubt, and
    the connection's own flag tells no other story."""
    sure = {_identity(flow) for flow in by_proc["flows"] if "doubts" not in flow}
    sure -= {_identity(flow) for flow in by_bpf["flows"] if "IP_VS_CONN_F_NFCT" in flow["reason"]}

    def facts(document):
        for flow in document["flows"]:
            yield repr((_identity(flow), [flow[name] for name in ("ipvs_state", "verdict")]))
            if _identity(flow) in sure:
                yield repr((_identity(flow), [flow[name] for name in ("service", "method", "reason")]))
        for one in document["templates"]:
            yield repr(sorted((name, value) for name, value in one.items() if name not in ("expires", "fwmark", "flags", "service", "doubts")))

    report.same_set(f"flows read through BPF are those read from /proc ({len(by_proc['flows'])})", list(facts(by_proc)), list(facts(by_bpf)))
    late = [abs(one["expires"] - other["expires"]) for one, other in zip(_by_identity(by_bpf), _by_identity(by_proc)) if one["expires"] is not None]
    report.check("and expire at the same time", all(difference <= 5 for difference in late), late)
    known = [flow for flow in by_bpf["flows"] if flow["verdict"] != "orphan"]
    report.check("packets, mark and flags are known of each", all(flow["packets"] is not None and flow["fwmark"] is not None and flow["flags"] is not None for flow in known), known)


def _by_identity(document):
    return sorted(document["flows"], key=lambda flow: repr(_identity(flow)))


def judge_flows(report, peers, document):
    head = (document["schema"], document["command"], document["complete"], document["losses"])
    report.equal("flows --json is a complete ct-inspect/1 document", ("ct-inspect/1", "flows", True, []), head)
    flows = {_identity(flow): flow for flow in document["flows"] if flow["verdict"] != "orphan"}
    report.same_set(
        f"flows name every connection of ipvsadm -Lcn and no other ({len(peers.connections)})",
        [(*_peer_identity(one), one.state) for one in peers.connections],
        [(*_identity(flow), flow["ipvs_state"]) for flow in document["flows"] if flow["verdict"] != "orphan"],
    )
    pairs = [(one, flows[_peer_identity(one)]) for one in peers.connections if _peer_identity(one) in flows]
    _judge_verdicts(report, peers, pairs)
    _judge_services_of_flows(report, peers, pairs)
    _judge_orphans(report, peers, document)
    report.same_set(
        f"templates are those of ipvsadm -Lcn ({len(peers.templates)})",
        [_peer_identity(one) for one in peers.templates],
        [_identity(template) for template in document["templates"]],
    )
    _judge_totals(report, peers, document)


def _judge_verdicts(report, peers, pairs):
    report.same_set(
        "each verdict is what conntrack -L shows",
        [(_peer_identity(one), peers.verdict_of(one)) for one, _ in pairs],
        [(_peer_identity(one), flow["verdict"]) for one, flow in pairs],
    )
    report.same_set(
        "each flow's entry matches conntrack's line",
        [(_peer_identity(one), entry and _peer_entry_facts(entry)) for one, entry in ((one, peers.entry_of(one)) for one, _ in pairs)],
        [(_peer_identity(one), flow["entry"] and _entry_facts(flow["entry"])) for one, flow in pairs],
    )
    report.equal("each flow has a reason", [], [_peer_identity(one) for one, flow in pairs if not flow["reason"]])


def _judge_services_of_flows(report, peers, pairs):
    """ct-inspect may only leave the service undecided if it is a fwmark service."""
    known = [(one, flow) for one, flow in pairs if peers.service_of(one)]
    report.same_set(
        "each flow's service and method are ipvsadm -Ln's",
        [(_peer_identity(one), peers.service_of(one).key, peers.method_of(one)) for one, _ in known],
        [(_peer_identity(one), _service_key(flow["service"]), flow["method"]) for one, flow in known],
    )


def _judge_orphans(report, peers, document):
    orphans = [flow for flow in document["flows"] if flow["verdict"] == "orphan"]
    report.same_set(
        f"orphans are the entries of conntrack -L for a VIP and port without a connection ({len(peers.orphans())})",
        [_peer_entry_facts(entry) for entry in peers.orphans()],
        [_entry_facts(flow["entry"]) for flow in orphans],
    )
    unknown = ("destination", "method", "ipvs_state", "expires")
    report.equal("an orphan has no connection members", [], [flow for flow in orphans if any(flow[key] is not None for key in unknown)])


def _judge_totals(report, peers, document):
    """One row per service, in ipvsadm's order, whose numbers add up to the flows."""
    report.equal(
        "the services are ipvsadm -Ln's, in its order",
        [(one.key, one.scheduler) for one in peers.services],
        [(_service_key(one), one["scheduler"]) for one in document["services"]],
    )
    # Separate from the sums, so that neither hides the other: only an event stream could prove "never".
    nevers = [one["never"] for one in document["services"]]
    report.equal("no service claims a flow that was never in the table", [None] * len(peers.services), nevers)
    words = ("absent", "unreplied", "tracked")
    wanted = Counter((_service_key(flow["service"]), flow["verdict"]) for flow in document["flows"])
    templates = Counter(_service_key(template["service"]) for template in document["templates"])
    wrong = []
    for one in document["services"]:
        key = _service_key(one)
        counts = [wanted[key, word] for word in words]
        if [one["connections"], *(one[word] for word in words), one["orphans"], one["templates"]] != [
            sum(counts), *counts, wanted[key, "orphan"], templates[key],
        ]:
            wrong.append(one)
    report.equal("each service's numbers add up to its flows", [], wrong)


def judge_services(report, peers, text, document):
    listing = [line.rstrip() for line in text.splitlines()]
    wanted = [line.rstrip() for line in peers.texts["ipvsadm-Ln.txt"].splitlines()]
    report.equal("services prints what ipvsadm -Ln prints", wanted, listing)
    report.equal(
        "services --json has ipvsadm -Ln's services and destinations",
        [(one.key, one.scheduler, [_peer_destination(each) for each in one.destinations]) for one in peers.services],
        [(_service_key(one), one["scheduler"], [_destination(each) for each in one["destinations"]]) for one in document["services"]],
    )


def _peer_destination(one):
    return (one.address, one.port, one.method, one.weight, one.active, one.inactive)


def _destination(one):
    return (one["address"], one["port"], one["method"], one["weight"], one["active"], one["inactive"])


def judge_replay(report, live, replayed):
    """A capture gives the same flows as the kernel did at that moment, except for changing values: timers and counters."""
    flows = [[_still(flow) for flow in document["flows"]] for document in (live, replayed)]
    report.same_set("an ordinary user reads the same flows from a capture", *flows)
    timeless = [[{**template, "expires": None} for template in document["templates"]] for document in (live, replayed)]
    report.same_set("and the same templates", *timeless)
    for key in ("services", "sysctls", "netns", "kernel", "host"):
        report.equal(f"a capture has the same {key}", live[key], replayed[key])


def _still(flow):
    """Without what changes from second to second: its timer, also in the doubt that a connection about to expire has."""
    entry = flow["entry"]
    doubts = [doubt for doubt in flow.get("doubts", []) if not LITTLE_TIME_LEFT.match(doubt)]
    return {**flow, "expires": None, "doubts": doubts, "entry": entry and {**_entry_facts(entry), "status": sorted(entry["status"])}}
