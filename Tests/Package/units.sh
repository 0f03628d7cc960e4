# shellcheck shell=bash
# The package's units, started by the systemd of the fresh Debian: it is the first process of namespaces of its own.

URL=http://127.0.0.1:9836
EXPORTER=ct-inspect-export.service

# Runs a command beside that systemd.
in_system() {
    timeout 120 nsenter --target "$SYSTEM" --all --root --wd /usr/bin/env -i PATH="$ROOT_PATH" LC_ALL=C.UTF-8 "$@"
}

set_up_systemd() {
    install_in_root systemd systemd-sysv curl iproute2 nftables openssh-server python3-apt
    install_package
    systemd-machine-id-setup --root="$ROOT" || in_root systemd-machine-id-setup
}

# It is ended with its namespaces, and those with the first process of this suite's.
start_systemd() {
    local child
    : >"$WORK/console"
    unshare --mount --pid --fork --kill-child --net --uts --ipc --cgroup Tests/Package/boot.sh "$ROOT" "$WORK/console" \
        >"$WORK/booting" 2>&1 </dev/null &
    child=$!
    for _ in {1..120}; do
        sleep 0.5
        SYSTEM=$(pgrep -P "$child" -x systemd) && in_system systemctl is-active multi-user.target && break
    done
    printf '%s\n' "$SYSTEM" >"$WORK/system"
    cat "$WORK/booting" "$WORK/console"
    in_system systemctl is-active multi-user.target
    # A filter that uses conntrack, so that it is active and there is something to check.
    in_system nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; policy accept; }
        add rule inet filter input ct state invalid counter drop'
}

check_not_enabled() {
    local unit
    for unit in ct-inspect-export.service ct-inspect-export.socket ct-inspect-check.timer ct-inspect-record.service; do
        [[ $(in_system systemctl is-enabled "$unit") == disabled ]]
        [[ $(in_system systemctl is-active "$unit") == inactive ]]
    done
}

# The figures of systemd-analyze(1), in tenths.
check_exposure() {
    in_system systemd-analyze security --no-pager --threshold=32 $EXPORTER | tail -n 1
    in_system systemd-analyze security --no-pager --threshold=29 ct-inspect-check.service | tail -n 1
    in_system systemd-analyze security --no-pager --threshold=32 ct-inspect-record.service | tail -n 1
}

# systemctl returns once the program has said that it is ready.
check_started() {
    in_system systemctl start $EXPORTER
    [[ $(in_system curl -fsS $URL/-/ready) == 'ct-inspect export is ready' ]]
}

main_status() {
    in_system cat "/proc/$(in_system systemctl show --property MainPID --value $EXPORTER)/status"
}

# CAP_DAC_READ_SEARCH, NET_ADMIN, NET_RAW, SYS_ADMIN, SYSLOG, PERFMON and BPF at most, and the thread that listens has none of them.
check_confined() {
    main_status >"$WORK/status"
    grep -E '^(Uid|Cap|NoNewPrivs|Seccomp)' "$WORK/status"
    grep -P '^Uid:\t[1-9]' "$WORK/status"
    grep -P '^CapEff:\t0+$' "$WORK/status"
    grep -P '^CapBnd:\t000000c400203004$' "$WORK/status"
    grep -P '^NoNewPrivs:\t1$' "$WORK/status"
    grep -P '^Seccomp:\t2$' "$WORK/status"
}

metrics() {
    in_system curl -fsS $URL/metrics
}

check_read() {
    metrics >"$WORK/metrics"
    grep -E '^ctinspect_(scrape_success|conntrack_entries)' "$WORK/metrics"
    grep -xF 'ctinspect_scrape_success{collector="conntrack"} 1' "$WORK/metrics"
    grep -xF 'ctinspect_scrape_success{collector="check"} 1' "$WORK/metrics"
    grep -xF 'ctinspect_complete{collector="check"} 1' "$WORK/metrics"
    [[ $(sed -n 's/^ctinspect_conntrack_entries_limit //p' "$WORK/metrics") == $(in_system cat /proc/sys/net/netfilter/nf_conntrack_max)* ]]
}

# What root finds there, without what systemd keeps from it.
root_findings() {
    in_system ct-inspect check --json | python3 -c 'import json, sys
for finding in json.load(sys.stdin)["findings"]: print(finding["id"])' | sort -u
}

check_same_findings() {
    root_findings >"$WORK/root-findings"
    diff "$WORK/root-findings" <(metrics | sed -n 's/^ctinspect_check_finding{id="\([^"]*\)".*/\1/p' | sort -u)
    grep . "$WORK/root-findings"
}

# Lines of a journal that say that the unit keeps from the program what it needs.
complaints() {
    sed -n '/denied\|not permitted\|killed\|core dump/Ip' "$WORK/journal"
}

check_stopped() {
    in_system systemctl stop $EXPORTER
    [[ $(in_system systemctl show --property Result --value $EXPORTER) == success ]]
    in_system journalctl --no-pager -o cat -u $EXPORTER >"$WORK/journal"
    cat "$WORK/journal"
    grep -F 'listening at' "$WORK/journal"
    complaints | nothing
    [[ $(in_system nft list tables) == 'table inet filter' ]]
}

# The first client starts it.
check_socket() {
    in_system systemctl start ct-inspect-export.socket
    [[ $(in_system systemctl is-active $EXPORTER) == inactive ]]
    [[ $(in_system curl -fsS $URL/-/healthy) == 'ct-inspect export is healthy' ]]
    in_system systemctl is-active $EXPORTER
    in_system systemctl stop ct-inspect-export.socket $EXPORTER
}

check_checked() {
    in_system systemctl start ct-inspect-check.service
    in_system journalctl --no-pager -o cat -u ct-inspect-check.service >"$WORK/journal"
    cat "$WORK/journal"
    for finding in $(root_findings); do grep -wF -- "$finding" "$WORK/journal"; done
    complaints | nothing
}

check_failing() {
    printf 'OPTIONS="--fail-on info"\n' >"$ROOT/etc/default/ct-inspect-check"
    in_system systemctl start ct-inspect-check.service || true
    [[ $(in_system systemctl is-failed ct-inspect-check.service) == failed ]]
    [[ $(in_system systemctl show --property ExecMainStatus --value ct-inspect-check.service) == 1 ]]
    rm "$ROOT/etc/default/ct-inspect-check"
}

# It keeps what it has recorded where only root finds it, says when it is ready, and ends its record when it is stopped.
check_recorded() {
    in_system systemctl start ct-inspect-record.service
    sleep 3
    in_system systemctl stop ct-inspect-record.service
    [[ $(in_system systemctl show --property Result --value ct-inspect-record.service) == success ]]
    in_system journalctl --no-pager -o cat -u ct-inspect-record.service >"$WORK/journal"
    cat "$WORK/journal"
    complaints | nothing
    in_system ct-inspect replay /var/lib/ct-inspect | tee "$WORK/record" | sed -n '1p;$p'
    grep -F 'recording began' "$WORK/record"
    grep -F 'setting found  net.netfilter.nf_conntrack_max' "$WORK/record"
    [[ $(tail -n 1 "$WORK/record") == *'recording ended' ]]
    [[ $(in_system stat -L -c %a /var/lib/ct-inspect) == 700 ]]
    [[ $(in_system nft list tables) == 'table inet filter' ]]
}

check_timer() {
    in_system systemctl start ct-inspect-check.timer
    in_system systemctl list-timers --no-pager ct-inspect-check.timer | grep -F ct-inspect-check.service
}

check_units() {
    check "installed units neither run nor start at boot" check_not_enabled
    check "no more is open to them than before" check_exposure
    check "systemd starts the exporter, and learns when it is ready" check_started
    check "it is another user's, with the unit's capabilities and filters" check_confined
    check "its collectors read all that this kernel has" check_read
    check "its findings are those of root" check_same_findings
    check "it stops, has complained of nothing, and left nothing" check_stopped
    check "the socket starts it for its first client" check_socket
    check "the checks run by their unit say what root is told" check_checked
    check "a finding that matters is a unit that failed" check_failing
    check "the timer will start them" check_timer
    check "what changes is recorded by its unit" check_recorded
}
