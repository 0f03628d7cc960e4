# shellcheck shell=bash
# The playbooks in contrib/ansible, run here on hosts that all are the fresh Debian with its systemd, by ssh in its network namespace.

set_up_ssh() {
    in_root mkdir -p -m 700 /root/.ssh
    ssh-keygen -q -t ed25519 -N '' -f "$WORK/key"
    install -m 600 "$WORK/key.pub" "$ROOT/root/.ssh/authorized_keys"
    printf '%s ansible_host=127.0.0.1\n' lb1 lb2 >"$WORK/hosts"
    in_system systemctl start ssh.service
}

# Its last argument is the playbook.
play() {
    timeout 600 nsenter --target "$SYSTEM" --net env HOME="$WORK" PWD="$WORK" ANSIBLE_HOST_KEY_CHECKING=False ANSIBLE_PRIVATE_KEY_FILE="$WORK/key" \
        ANSIBLE_SSH_CONTROL_PATH_DIR="$WORK/control" ANSIBLE_NOCOLOR=1 LC_ALL=C.UTF-8 ansible-playbook -u root "$@"
}

check_playbooks_read() {
    play -i "$WORK/hosts" --syntax-check contrib/ansible/capture.yml contrib/ansible/exporter.yml
}

# All of them with the same time in their names, and read here.
check_captures_taken() {
    local name
    play -i "$WORK/hosts" contrib/ansible/capture.yml
    for name in lb1 lb2; do
        .build/release/ct-inspect stats --capture "$WORK/captures/$name"-*.tar >"$WORK/stats"
        grep . "$WORK/stats"
    done
    [[ $(printf '%s\n' "$WORK"/captures/*.tar | sed 's/.*lb[12]-//' | sort -u | wc -l) == 1 ]]
    find "$ROOT/tmp" -name '*.ct-inspect' | nothing
}

check_one_fails() {
    rm -r "$WORK/captures"
    printf 'lb3 ansible_host=127.0.0.1 ct_inspect=/bin/false\n' | cat "$WORK/hosts" - >"$WORK/three"
    local status=0
    play -i "$WORK/three" contrib/ansible/capture.yml || status=$?
    [[ $status == 2 ]]
    [[ $(cd "$WORK/captures" && printf '%s\n' * | cut -c1-3 | tr '\n' ' ') == 'lb1 lb2 ' ]]
    find "$ROOT/tmp" -name '*.ct-inspect' | nothing
}

# The package is not there before.
check_exporter_missing() {
    local status=0
    play -i "$WORK/hosts" contrib/ansible/exporter.yml >"$WORK/said" || status=$?
    cat "$WORK/said"
    [[ $status == 2 ]]
    grep -F 'say which package to install: -e package=FILE.deb' "$WORK/said"
}

check_exporter_installed() {
    in_system dpkg --purge ct-inspect
    play -i 'lb1,' -e ansible_host=127.0.0.1 -e package="$PWD/$PACKAGE" contrib/ansible/exporter.yml
    [[ $(in_system systemctl is-enabled "$EXPORTER") == enabled ]]
    [[ $(in_system curl -fsS "$URL"/-/ready) == 'ct-inspect export is ready' ]]
}

check_exporter_kept() {
    local before
    before=$(in_system systemctl show --property MainPID --value "$EXPORTER")
    play -i 'lb1,' -e ansible_host=127.0.0.1 -e package="$PWD/$PACKAGE" contrib/ansible/exporter.yml | tee "$WORK/second-run"
    grep -E 'lb1 .*changed=0 .*failed=0' "$WORK/second-run"
    [[ $(in_system systemctl show --property MainPID --value "$EXPORTER") == "$before" ]]
}

check_exporter_changed() {
    play -i 'lb1,' -e ansible_host=127.0.0.1 -e package="$PWD/$PACKAGE" -e exporter_options='--collectors=conntrack' contrib/ansible/exporter.yml
    metrics | grep -F 'collector="conntrack"'
    metrics | { grep -F 'collector="check"' || true; } | nothing
    in_system systemctl disable --now "$EXPORTER"
}

check_playbooks() {
    prepare "starting its ssh" set_up_ssh
    check "the playbooks are what Ansible reads" check_playbooks_read
    check "one takes captures of all hosts, and leaves nothing there" check_captures_taken
    check "a host that cannot be captured costs the others nothing" check_one_fails
    check "without a package it says what is missing" check_exporter_missing
    check "one installs the package, and starts the exporter" check_exporter_installed
    check "a second time it changes nothing" check_exporter_kept
    check "other options are used at once" check_exporter_changed
}
