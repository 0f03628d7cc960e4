import Glibc
import Netlink
import SystemPackage

/// Runs `body` on a thread of its own, and waits for it: what it does to its thread (namespace, CPU) ends with it.
func onOwnThread<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
    try withoutActuallyEscaping(body) { body throws(KernelError) in
        var result: Result<Value, KernelError>?
        let errand = Errand { result = Result(catching: body) }
        var thread = pthread_t()
        let errno = pthread_create(
            &thread, nil,
            { pointer in
                pointer.map { Unmanaged<Errand>.fromOpaque($0).takeUnretainedValue().work() }
                return nil
            }, Unmanaged.passUnretained(errand).toOpaque())
        guard errno == 0 else { throw KernelError("start a thread", Errno(rawValue: errno)) }
        _ = withExtendedLifetime(errand) { pthread_join(thread, nil) }
        guard let result else { throw KernelError("run a thread", .failed) }
        return try result.get()
    }
}

private final class Errand {
    let work: () -> Void

    init(_ work: @escaping () -> Void) { self.work = work }
}
