import CLinux
import Foundation
import Testing

/// A failed system call.
package struct SystemFailure: Error, CustomStringConvertible {
    /// The call, and its error.
    package let description: String

    /// A system call that failed with an errno.
    package init(_ call: String, errno number: CInt) { description = "\(call): \(String(cString: strerror(number)))" }
}

/// Runs `body` on a separate thread in a new, empty network namespace, which is removed with the thread. The thread
/// only waits for `body`, so tests in namespaces do not block Swift's own threads.
package func inFreshNamespace<Value>(_ body: @escaping () throws -> Value) throws -> Value {
    try onOwnThread {
        let errno = clinux_new_network_namespace()
        guard errno == 0 else { throw SystemFailure("unshare(CLONE_NEWNET)", errno: errno) }
        return try body()
    }
}

/// Runs `body` on a thread of its own: what it changes of its thread (namespace, capabilities) ends with it.
package func onOwnThread<Value>(_ body: @escaping () throws -> Value) throws -> Value {
    let errand = Errand(body)
    let thread = Thread { errand.run() }
    thread.stackSize = 8 << 20
    thread.start()
    return try errand.outcome()
}

/// Unchecked because the semaphore orders the two threads: one writes, then the other reads.
private final class Errand<Value>: @unchecked Sendable {
    private let body: () throws -> Value
    private var result: Result<Value, any Error>?
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping () throws -> Value) { self.body = body }

    func run() {
        result = Result { try body() }
        done.signal()
    }

    func outcome() throws -> Value {
        done.wait()
        guard let result else { throw SystemFailure("thread", errno: ESRCH) }
        return try result.get()
    }
}

/// Removes every capability from the calling thread. glibc exports capset(2), but no header declares it.
package func dropCapabilities() throws {
    typealias Capset = @convention(c) (UnsafeRawPointer, UnsafeRawPointer) -> CInt
    guard let symbol = dlsym(nil, "capset") else { throw SystemFailure("dlsym(capset)", errno: ENOSYS) }
    // _LINUX_CAPABILITY_VERSION_3 and the calling thread, then two times effective, permitted, inheritable.
    let header: [UInt32] = [0x2008_0522, 0]
    let data = [UInt32](repeating: 0, count: 6)
    guard unsafeBitCast(symbol, to: Capset.self)(header, data) == 0 else { throw SystemFailure("capset", errno: errno) }
}

/// In continuous integration a test that cannot run must fail, not be skipped.
package let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"

extension Trait where Self == ConditionTrait {
    /// For tests that create namespaces.
    package static var needsRoot: Self {
        .enabled(if: geteuid() == 0 || isContinuousIntegration, "needs root: network namespaces")
    }

    /// A program installed by the setup script.
    package static func needsTool(_ name: String) -> Self {
        .enabled(if: Tool.path(of: name) != nil || isContinuousIntegration, "needs \(name), which is not installed")
    }
}
