"""The members of JSON documents, according to docs/schema, in mdoc(7)."""
import json
import pathlib

from mdoc import alternatives, prose

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schema"

# Described once, and only named elsewhere.
NAMED = {
    "entry.json": "an entry",
    "expectation.json": "an expectation",
    "finding.json": "a finding",
    "sample.json": "a packet",
    "entry.json#/$defs/tuple": "a tuple",
    "common.json#/$defs/address": "an address",
    "common.json#/$defs/complete": "true or false",
    "common.json#/$defs/count": "a number",
    "common.json#/$defs/endpoint": "an address and a port",
    "common.json#/$defs/losses": "a list, each with what is missing and why",
    "common.json#/$defs/protocol": "a protocol",
    "common.json#/$defs/schema": '"ct-inspect/1"',
    "common.json#/$defs/sysctls": "settings by name, null for one that could not be read",
    "common.json#/$defs/time": "a time",
    "common.json#/$defs/watch": "a watch",
    "flows.json#/$defs/flow": "a flow",
    "observe.json#/$defs/count": "a count",
    "observe.json#/$defs/drop": "a count",
    "record.json#/$defs/flows": "a number for each verdict",
    "record.json#/$defs/service": "a service",
    "sample.json#/$defs/end": "an address, and a port where there is one",
}
KINDS = {
    "string": "text", "integer": "a number", "number": "a number", "boolean": "true or false", "object": "an object",
    "null": "null"}


def listing(name):
    """- Parameter name: of a schema, `flows`, or of a definition in it, `flows#flow`."""
    file, _, definition = name.partition("#")
    schema = target(f"{file}.json" + (f"#/$defs/{definition}" if definition else ""))
    yield from members(schema, file + ".json")


def target(reference):
    file, _, pointer = reference.partition("#")
    node = json.loads((FOLDER / file).read_text())
    for step in filter(None, pointer.split("/")):
        node = node[step]
    return node


def members(schema, file):
    yield ".Bl -tag -width Ds -compact"
    lines = [] if "properties" in schema else schema.get("oneOf", [])
    shared = common(lines)
    yield from described(shared, file)
    for line in lines:
        properties = {name: member for name, member in line["properties"].items() if name not in shared}
        word = next(word for word in ("event", "record") if word in properties)
        kind = properties.pop(word)
        yield f".It Va {word} : " + alternatives(kind.get("enum", [kind.get("const")]))
        yield from prose(line.get("description", "A line of it."))
        if properties:
            yield from members({"properties": properties}, file)
    yield from described(schema.get("properties", {}), file)
    yield ".El"


def described(properties, file):
    for name, member in properties.items():
        yield f".It Va {name}"
        kind, description, inner, inner_file = read(member, file)
        yield from prose(" ".join([kind[0].upper() + kind[1:] + "."] + description))
        if inner:
            yield from members(inner, inner_file)


def common(lines):
    """The members that all lines have."""
    first, *others = lines or [{"properties": {}}]
    return {
        name: member for name, member in first["properties"].items()
        if others and all(line["properties"].get(name) == member for line in others)}


def read(node, file):
    """A member: its kind in words, its description, and the object whose members are to be listed, with its file."""
    own = [node["description"]] if "description" in node else []
    if "$ref" in node:
        reference = (file if node["$ref"].startswith("#") else "") + node["$ref"]
        if reference in NAMED:
            return NAMED[reference], own, None, file
        kind, description, inner, file = read(target(reference), reference.partition("#")[0])
        return kind, own or description, inner, file
    if "anyOf" in node and len(node["anyOf"]) == 2 and {"type": "null"} in node["anyOf"]:
        some = next(alternative for alternative in node["anyOf"] if alternative != {"type": "null"})
        kind, description, inner, file = read(some, file)
        return kind + ", or null", own or description, inner, file
    if node.get("type") == "array":
        kind, description, inner, file = read(node["items"], file)
        return "a list, each " + kind, own + description, inner, file
    return kind_of(node), own, node if "properties" in node else None, file


def kind_of(node):
    values = node.get("enum", [node["const"]] if "const" in node else None)
    if values:
        kinds = [json.dumps(value) for value in values]
    else:
        types = node["type"] if isinstance(node["type"], list) else [node["type"]]
        kinds = [KINDS[type] for type in types]
    return " or ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]]))
