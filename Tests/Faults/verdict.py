"""What must hold after a fault, wherever it hits."""
import re
import signal

from calls import SIGNALS
from commands import DOCUMENTED

# What Swift says as it ends a program, and how it prints what was not meant for people.
SWIFT = re.compile(r"Fatal error|Optional\(|DecodeError\(|KernelError\(|Errno\(|\w+Error\(|Swift/")
# Times, and the time left of entries (`Stage` makes them long), in seconds or as hours, minutes and seconds.
UNSTEADY = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"\b7\d{6}\b"), "LEFT"),
    (re.compile(r"\b2\d{3}:\d\d:\d\d\b"), "LEFT"),
    (re.compile(r'"seconds":[\d.]+'), "SECONDS"),
    # Less than was asked for where the kernel does not force it: standard error says so.
    (re.compile(r'"buffer":\d+'), "BUFFER"),
    # A rate that is not known is not shown.
    (re.compile(r" new \d+/s"), ""),
    # Between columns; how many depends on what is in them.
    (re.compile(" +"), " "),
    # Rules are in the words of nft, or where it cannot be run in our own (README.md).
    (re.compile(r'"rule":"[^"]*"|(?<= handle \d )\([^)]*\)'), "RULE"),
]


def steady(output):
    """Its lines, the same for each run. Their order is that of a hash table."""
    for pattern, word in UNSTEADY:
        output = pattern.sub(word, output)
    return sorted(output.splitlines())


def difference(run, clean):
    """Where the first differing lines differ, for a person."""
    pairs = zip([*steady(run.output), ""], [*steady(clean.output), ""])
    line, right = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    at = next((at for at, (one, other) in enumerate(zip(line, right)) if one != other), min(len(line), len(right)))
    begin = max(0, at - 60)
    return f"«{line[begin:at + 60]}», not «{right[begin:at + 60]}»"


def says_incomplete(command, run, clean):
    """Of JSON: whether it says so itself, in the words of its command. Of text: whether a sentence does."""
    if '"complete":false' in run.output or command.admits(run.output, clean.output):
        return True
    return re.search(r"\b(cannot|incomplete|lost|not read)\b", run.errors + run.output) is not None and not run.output.startswith("{")


def sentences(run, command):
    """Complaints about what a failure says."""
    lines = run.errors.splitlines()
    if len(lines) == 1 and lines[0].startswith("ct-inspect: "):
        return []
    # 130 tells of a signal, which the user sent. A monitoring system and check's findings are told on standard output.
    if not lines and (run.status == 130 or run.status in command.statuses and run.output):
        return []
    return [f"status {run.status} with {len(lines)} sentences on standard error"]


def differs(run, clean):
    """Whether it does not print what the clean run did."""
    outputs = [run.output, clean.output]
    # A setting that could not be read is null: unknown, and a command is complete if it does not need it.
    if re.search(r'"net\.[^"]*":null', run.output):
        outputs = [re.sub(r'"sysctls":\{[^}]*\}', "", output) for output in outputs]
    return steady(outputs[0]) != steady(outputs[1])


def judge(command, fault, run, clean):
    """Complaints about a run with a fault; none if all is well."""
    found = list(run.leftovers)
    if any(remark.startswith("did not end") for remark in found):
        return found
    if SWIFT.search(run.errors) or SWIFT.search(run.output):
        found.append("shows what is Swift's")
    if run.status < 0:
        is_ours = fault.kind in SIGNALS and -run.status == getattr(signal, fault.kind)
        return found if is_ours else [*found, f"died of {signal.Signals(-run.status).name}"]
    if run.status not in DOCUMENTED | command.statuses:
        return [*found, f"status {run.status} is not documented"]
    if run.status not in (0, clean.status):
        return found + sentences(run, command)
    is_stopped = command.is_stoppable and fault.kind in SIGNALS
    if not command.on_terminal and not is_stopped and differs(run, clean) and not says_incomplete(command, run, clean):
        found.append(f"status {run.status}, but its output is not that of a clean run")
    return found
