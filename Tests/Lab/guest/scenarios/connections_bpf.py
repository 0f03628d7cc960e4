"""Where connections cannot be read through BPF, the reason is named, and /proc is read instead."""

from loaded import loaded, loaded_once_as
from namespace import command
from traffic import visited_service

ON_EACH_KERNEL = True
BTF = "/sys/kernel/btf"
RESTRICT = "/proc/sys/kernel/kptr_restrict"
WITHOUT_BPF = ("setpriv", "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all")
WITHOUT_SYSLOG = ("setpriv", "--bounding-set=-syslog", "--inh-caps=-all")


def conduct(hosts, subject, report):
    _web = visited_service(hosts)  # its sockets stay open as long as this
    if subject is None:
        report.skip("what ct-inspect says (--peers-only)")
        return
    before_all = loaded()
    with hosts.director.inside():
        _judge(report, subject, "without CAP_BPF and CAP_PERFMON", 77, "CAP_BPF and CAP_PERFMON", WITHOUT_BPF)
        _judge(report, subject, "without CAP_SYSLOG", 77, "CAP_SYSLOG", WITHOUT_SYSLOG)
        before = _write(RESTRICT, "2")
        try:
            _judge(report, subject, "with kptr_restrict=2", 77, "kernel.kptr_restrict")
        finally:
            _write(RESTRICT, before)
        command("mount", "-t", "tmpfs", "none", BTF)
        try:
            _judge(report, subject, "without BTF", 69, f"{BTF}/vmlinux")
        finally:
            command("umount", BTF)
        said = subject.run("flows", "--json", "--connections", "bpf")
        report.equal("with all of it it works again", 0, said.returncode)
        features = subject.run("--version", "--verbose").stdout
        report.check("and --version --verbose says so", any(line.startswith("BPF ") and " yes " in line for line in features.splitlines()), features)
    report.equal("no program and no map stays in the kernel", before_all, loaded_once_as(before_all))


def _judge(report, subject, where, status, word, prefix=()):
    said = command(*prefix, subject.program, "flows", "--connections", "bpf", check=False)
    report.equal(f"{where} --connections bpf is refused", (status, ""), (said.returncode, said.stdout))
    report.check("the message names what is missing", word in said.stderr, said.stderr)
    said = command(*prefix, subject.program, "flows", "--summary", "--json", check=False)
    report.check("without the option /proc is read", said.returncode == 0 and '"connections":3' in said.stdout.replace(" ", ""), (said.stdout, said.stderr))
    features = command(*prefix, subject.program, "--version", "--verbose").stdout
    line = [line for line in features.splitlines() if line.startswith("BPF ")]
    report.check("and --version --verbose names it, too", len(line) == 1 and word in line[0], features)


def _write(path, value):
    with open(path, encoding="ascii") as file:
        before = file.read().strip()
    with open(path, "w", encoding="ascii") as file:
        file.write(value)
    return before
