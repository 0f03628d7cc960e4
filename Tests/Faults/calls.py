"""The system calls of a clean run, as strace lists them, and the faults that each of them is given."""
import random
import re
from collections import Counter, namedtuple

# `number`: among the calls of this name in its thread, from 1, as strace counts for `when=`. `is_alone`: no program that it runs makes so many.
Call = namedtuple("Call", "name number arguments is_alone")
# `command`: its name.
Fault = namedtuple("Fault", "command call kind")

LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
# Before main the dynamic loader reads libraries, and ends the program itself if it cannot: its calls are left out. This is the first call of
# CTInspect.run (clinux_hold_standard_descriptors).
FIRST = re.compile(r"0\b.*F_GETFD")

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE")
# Swift does not survive a malloc that fails, which makes the calls of the first line. How often those of the second are made is chance, and
# no program can react to what becomes of the third.
LEFT_OUT = frozenset("""
    brk mmap munmap mremap mprotect madvise
    futex sched_yield restart_syscall
    execve exit exit_group rt_sigreturn
""".split())

TRANSFERS = frozenset("read write readv writev recvmsg recvmmsg recvfrom sendmsg sendmmsg sendto".split())
MAKES_PROCESSES = frozenset("clone clone3 fork vfork".split())
MAKES_DESCRIPTORS = frozenset("socket openat open pipe2 eventfd2 signalfd4 epoll_create1 timerfd_create memfd_create dup bpf".split())
ERRORS = {
    "EINTR": TRANSFERS | frozenset("poll ppoll select pselect6 epoll_wait epoll_pwait wait4 waitid nanosleep clock_nanosleep".split()),
    "EAGAIN": TRANSFERS | MAKES_PROCESSES,
    "ENOBUFS": frozenset("recvmsg recvmmsg recvfrom sendmsg sendmmsg sendto setsockopt".split()),
    "ENOSPC": frozenset("write writev pwrite64 openat mkdir mkdirat rename renameat renameat2 fsync unshare".split()),
    "ENOMEM": MAKES_PROCESSES | MAKES_DESCRIPTORS | frozenset("sendto sendmsg recvmsg poll ppoll getdents64 unshare setns mkdirat".split()),
    "EMFILE": MAKES_DESCRIPTORS,
    "EIO": frozenset("read pread64 getdents64 fsync".split()),
}


def lines(trace):
    """Thread, name, number and arguments of each call, and whether another program makes it, which has been run by then."""
    counts, others, main = {}, set(), None
    for line in trace.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, name, arguments = found.groups()
        main = main or thread
        counts.setdefault(thread, Counter())[name] += 1
        yield thread == main, name, counts[thread][name], arguments, thread in others
        if name == "execve" and thread != main:
            others.add(thread)


def read(trace):
    """The calls after main begins. Those of other threads are among them, without the numbers that are the loader's in the first: a fault
    hits the call of its number in each thread."""
    loaders, others, calls, is_in_main = Counter(), Counter(), [], False
    for is_first, name, number, arguments, is_other in lines(trace):
        is_in_main = is_in_main or is_first and name == "fcntl" and FIRST.match(arguments) is not None
        if is_other:
            others[name] = max(others[name], number)
        elif not is_in_main:
            loaders[name] = number
        elif name not in LEFT_OUT and number > loaders[name]:
            calls.append(Call(name, number, arguments, True))
    if not is_in_main:
        raise ValueError("the beginning of main is not in the trace")
    return [call._replace(is_alone=call.number > others[call.name]) for call in calls]


def applies(kind, call):
    """Whether this call can fail so, by its first arguments."""
    if kind in SIGNALS:
        return True
    if call.name not in ERRORS[kind]:
        return False
    is_file = re.match(r"\d+</", call.arguments) is not None
    if kind == "EAGAIN" and call.name in ("read", "write"):
        return not is_file
    if kind == "EIO":
        return is_file
    if kind == "ENOSPC" and call.name == "write":
        # What cannot be written to standard error cannot be complained of.
        return call.arguments.startswith("1<") or is_file and not call.arguments.startswith("2<")
    if kind == "ENOSPC" and call.name == "openat":
        return "O_CREAT" in call.arguments
    return True


def spread(numbers, stride, most, chance):
    """Each `stride`th of them, and at most so many, at even distances."""
    numbers = numbers[chance.randrange(min(stride, len(numbers)))::stride]
    if not most or len(numbers) <= most:
        return numbers
    first = chance.random()
    return [numbers[int((step + first) * len(numbers) / most)] for step in range(most)]


def plan(command, calls, options):
    """The faults for one command."""
    chance = random.Random(f"{options.seed} {command}")
    places = {}
    for call in calls:
        for kind in (*ERRORS, *SIGNALS):
            if applies(kind, call):
                places.setdefault((call.name, kind), {})[call.number] = call
    faults = []
    for (_, kind), by_number in sorted(places.items()):
        for number in spread(sorted(by_number), options.stride, options.most, chance):
            faults.append(Fault(command, by_number[number], kind))
    return faults


def options(fault):
    """For strace(1), with -f. A program that is run must not be hit as well, so it is let go, unless it makes fewer such calls: the filter
    that spares all other calls the detour, several times faster, works neither with -b nor for signals."""
    is_signal = fault.kind in SIGNALS
    expression = f"inject={fault.call.name}:{'signal' if is_signal else 'error'}={fault.kind}:when={fault.call.number}"
    way = ["--seccomp-bpf"] if fault.call.is_alone and not is_signal else ["-b", "execve"]
    return [*way, "-e", f"trace={fault.call.name}", "-e", expression]
