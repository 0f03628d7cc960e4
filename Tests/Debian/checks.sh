# shellcheck shell=bash
# Checks in a mount and a PID namespace of their own: a fresh Debian, and everything mounted in it, is removed with them.
# The script that sources this sets SUITE to its name, for messages.

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin # not in an ordinary user's PATH

fail() {
    printf '%s: %s\n' "$SUITE" "$*" >&2
    exit 69
}

need_root() {
    [[ $(id -u) == 0 ]] || fail 'needs root, to mount and to change the root: run it by sudo'
}

# need_tools PROGRAM:PACKAGE...
need_tools() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    ((${#missing[@]} == 0)) || fail "missing tools; on Debian: apt-get install --no-install-recommends ${missing[*]}"
}

# Runs a command, which may be a function, up to its first error: its output goes to the log, its exit status to STATUS. (In an `if`,
# bash would continue a function after an error.)
attempt() {
    set +e
    (
        set -e
        "$@"
    ) >"$WORK/log" 2>&1 </dev/null
    STATUS=$?
    set -e
}

# prepare NAME COMMAND...: a precondition of the checks. If it fails, so does the suite.
prepare() {
    local name=$1
    shift
    printf '%s: %s\n' "$SUITE" "$name"
    attempt "$@"
    ((STATUS == 0)) && return
    tail -n 40 "$WORK/log" | sed 's/^/    /' >&2
    fail "$name: it failed (status $STATUS) after $SECONDS s"
}

# check NAME COMMAND...: prints the command's output only if it fails.
check() {
    local name=$1
    shift
    attempt "$@"
    if ((STATUS == 0)); then
        PASSED=$((PASSED + 1))
        printf 'ok %s\n' "$name"
    else
        FAILED=$((FAILED + 1))
        printf 'FAIL %s (status %s)\n' "$name" "$STATUS"
        tail -n 40 "$WORK/log" | sed 's/^/    /'
    fi
}

# Runs in the namespaces, as their first process: mounts a directory in memory, creates one in it for the root of a
# fresh Debian, and changes to the checkout.
begin_checks() {
    WORK=$1 ROOT=$1/root PASSED=0 FAILED=0
    mount -t tmpfs -o mode=755 "ct-inspect-$SUITE" "$WORK"
    mkdir "$ROOT"
    cd "$CHECKOUT"
}

end_checks() {
    printf 'all took %s s\n' "$SECONDS"
    printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
    ((FAILED == 0 && PASSED > 0))
}

# run_apart SCRIPT [ARGUMENT...]: runs `SCRIPT --inside FOLDER ARGUMENT...` in new namespaces. When their first process ends, so do
# all others in them, and the mounts are removed.
run_apart() {
    local script=$1 folder child status=0
    shift
    folder=$(mktemp -d)
    unshare --mount --pid --fork --kill-child --mount-proc "$script" --inside "$folder" "$@" </dev/null &
    child=$!
    trap 'kill -KILL "$child" 2>/dev/null; wait "$child" || true; rmdir "$folder"; exit 130' INT TERM
    wait "$child" || status=$?
    rmdir "$folder"
    return "$status"
}
