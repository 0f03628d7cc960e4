"""The commands and their options, as reported by `--experimental-dump-help`, in mdoc(7)."""
import json
import re
import subprocess

from mdoc import alternatives, escaped, prose

# Words to choose from that are longer than this do not fit on a line of the synopsis.
ROOM_IN_SYNOPSIS = 50
# A section with more options than this is a single word in the synopsis.
MOST_IN_SYNOPSIS = 8


class Commands:
    def __init__(self, binary):
        def output(option):
            return subprocess.run([binary, option], check=True, capture_output=True, text=True, timeout=60).stdout

        self.version = output("--version").strip()
        self.root = json.loads(output("--experimental-dump-help"))["command"]
        self.all = {
            command["commandName"]: command for command in self.root["subcommands"]
            if command["shouldDisplay"] and command["commandName"] != "help"}

    def of(self, page):
        """The command that a page documents, by the page's name."""
        return self.root if page == "ct-inspect" else self.all[page.removeprefix("ct-inspect-")]

    def listing(self):
        yield ".Bl -tag -width services"
        for name, command in self.all.items():
            yield f".It Cm {name}"
            yield from prose(command["abstract"])
            yield f"See\n.Xr ct-inspect-{name} 8 ."
        yield ".El"


def names(argument):
    """As they are typed: `-f`, `--family`."""
    return [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", [])]


def shown_arguments(command):
    """The visible options. A flag and its inversion count as one, and so do all names of an option."""
    found = []
    for argument in command.get("arguments", []):
        if not argument["shouldDisplay"]:
            continue
        last = found[-1] if found else {}
        if argument["kind"] == "flag" == last.get("kind") and argument["abstract"] == last["abstract"]:
            last["names"] = last["names"] + argument["names"]
        else:
            found.append(dict(argument))
    return found


def is_common(argument):
    return argument["valueName"] in ("help", "version")


def flags(argument):
    """The names for the macro Fl, which writes the first dash; short ones first."""
    return [escaped(name[1:]) for name in sorted(names(argument), key=lambda name: name.startswith("--"))]


def value(argument, room=1000):
    """What follows the option's name: `NAME|PID|PATH`, `WHAT [N]`, or words to choose from, if there is room for them."""
    if argument["kind"] == "flag":
        return ""
    if argument["kind"] == "option" and len(alternatives(argument.get("allValues", []))) in range(1, room):
        return " Cm " + alternatives(argument["allValues"])
    name, optional = re.fullmatch(r"(.*?)(?: \[(\w+)\])?", argument["valueName"].replace("…", "...")).groups()
    return " Ar " + alternatives(name.split("|")) + (f" Op Ar {optional}" if optional else "")


def synopsis(command):
    options = [a for a in shown_arguments(command) if a["kind"] != "positional" and not is_common(a)]
    sections = [a.get("sectionTitle") for a in options]
    collapsed = [s for s in dict.fromkeys(sections) if s and sections.count(s) > MOST_IN_SYNOPSIS]
    for option in options:
        if option.get("sectionTitle") not in collapsed:
            yield ".Op Fl " + " | Fl ".join(flags(option)) + value(option, ROOM_IN_SYNOPSIS)
    yield from (f".Op Ar {section.lower()} ..." for section in collapsed)
    for argument in shown_arguments(command):
        if argument["kind"] == "positional":
            yield (".Op" if argument["isOptional"] else ".") + value(argument).removeprefix(
                "" if argument["isOptional"] else " ")


def described(command, more):
    """All options by section.

    `more` has lines for some of them, by the name of an option or argument; those used are removed from it.
    """
    arguments = sorted(shown_arguments(command), key=is_common)
    titles = dict.fromkeys(argument.get("sectionTitle") for argument in arguments)
    for title in sorted(titles, key=lambda title: title is not None):
        if title:
            yield f".Ss {title}"
        yield ".Bl -tag -width Ds"
        for argument in arguments:
            if argument.get("sectionTitle") == title:
                yield from item(argument, more)
        yield ".El"


def item(argument, more):
    yield ".It" + (" " + " , ".join("Fl " + flag for flag in flags(argument)) if names(argument) else "") + value(argument)
    help = " ".join(argument[key] for key in ("abstract", "discussion") if key in argument)
    yield from prose(help if help.endswith(".") else help + ".")
    if "defaultValue" in argument and "default" not in help:
        yield "The default is"
        yield f".Cm {escaped(argument['defaultValue'])} ."
    for name in names(argument) or [argument["valueName"]]:
        yield from more.pop(name, [])
