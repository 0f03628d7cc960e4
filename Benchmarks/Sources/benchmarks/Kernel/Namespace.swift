import CBench
import Glibc

/// Runs `body` in a new, empty network namespace, and comes back. The namespace, with the conntrack table in it, vanishes then:
/// children begin in it, and none outlives `body`. Needs CAP_SYS_ADMIN.
func inFreshNamespace<Value>(_ body: () throws -> Value) throws -> Value {
    let home = bench_open_to_read("/proc/self/ns/net")
    guard home >= 0 else { throw Failure("open /proc/self/ns/net", errno: errno) }
    defer { close(home) }
    let refusal = bench_new_network_namespace()
    guard refusal == 0 else { throw Failure("unshare(CLONE_NEWNET)", errno: refusal) }
    defer {
        let refusal = bench_enter_network_namespace(home)
        if refusal != 0 { say("benchmarks: no way back to the host's network: \(String(cString: strerror(refusal)))") }
    }
    return try body()
}
