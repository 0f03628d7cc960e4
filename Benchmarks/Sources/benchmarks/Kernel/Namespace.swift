import CBench
import Glibc

/// Runs `body` in a new, empty network namespace, and returns to the old one. The namespace, with its conntrack table,
/// is removed then: children start in it, and none outlives `body`. Needs CAP_SYS_ADMIN.
func inFreshNamespace<Value>(_ body: () throws -> Value) throws -> Value {
    let home = try NamespaceHandle()
    let refusal = bench_new_network_namespace()
    guard refusal == 0 else { throw Failure("unshare(CLONE_NEWNET)", errno: refusal) }
    defer {
        do { try home.enter() } catch { say("benchmarks: no way back to the network it came from: \(error)") }
    }
    return try body()
}

/// The network namespace the program is in when this is created. It exists for as long as this does.
struct NamespaceHandle: ~Copyable {
    private let descriptor: CInt

    init() throws {
        descriptor = bench_open_to_read("/proc/self/ns/net")
        guard descriptor >= 0 else { throw Failure("open /proc/self/ns/net", errno: errno) }
    }

    deinit { close(descriptor) }

    /// A path for other programs, valid as long as this exists.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// Needs CAP_SYS_ADMIN.
    borrowing func enter() throws {
        let refusal = bench_enter_network_namespace(descriptor)
        guard refusal == 0 else { throw Failure("setns", errno: refusal) }
    }
}
