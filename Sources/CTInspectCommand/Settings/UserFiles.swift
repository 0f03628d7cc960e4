import Collection
import Glibc
import Netlink
import Synchronization
import SystemPackage

/// Files of whoever called the program, read and written with no more than their rights: by threads that become them while the program
/// still has the capabilities for that, and have none themselves. So a file that they may not read is not shown to them, and what is written
/// is theirs.
enum UserFiles {
    /// Reads a file, and waits for it.
    ///
    /// - Parameter caller: who called the program; nil for who runs it.
    /// - Returns: its bytes, nil if it does not exist; or why it cannot be read.
    static func read(_ path: String, as caller: SettingsPlace.Caller?) -> Result<[UInt8]?, FileTrouble> {
        guard let caller else { return UserFile.read(path) }
        let answer = Answer()
        do throws(KernelError) {
            let thread = try BackgroundThread.start {
                let refusal = UserThread.renounce(caller)
                answer.set(refusal.map { .failure($0) } ?? UserFile.read(path))
            }
            pthread_join(thread, nil)
        } catch { return .failure(FileTrouble(error.description)) }
        return answer.get() ?? .failure(FileTrouble("the thread that reads it has ended"))
    }

    private final class Answer: Sendable {
        private let value = Mutex<Result<[UInt8]?, FileTrouble>?>(nil)

        func set(_ result: Result<[UInt8]?, FileTrouble>) { value.withLock { $0 = result } }

        func get() -> Result<[UInt8]?, FileTrouble>? { value.withLock { $0 } }
    }
}

/// Writes files as `UserFiles` reads them. A screen never waits for a slow disk.
final class UserFileWriter: Sendable {
    private struct Queue {
        var work: [(bytes: [UInt8], path: String)] = []
        var news: [String] = []
        var failures: [String] = []
        var isWriting = false

        mutating func next() -> (bytes: [UInt8], path: String)? {
            guard !work.isEmpty else { return nil }
            isWriting = true
            return work.removeFirst()
        }
    }

    private let queue = Mutex(Queue())
    private let wakeUp: FileDescriptor
    private let sleeper: FileDescriptor
    private let caller: SettingsPlace.Caller?

    /// Starts the thread.
    init(as caller: SettingsPlace.Caller?) throws(KernelError) {
        self.caller = caller
        (sleeper, wakeUp) = try UserThread.pipe()
        pthread_detach(try BackgroundThread.start { [self] in work() })
    }

    /// How writing went since the last call.
    func takeNews() -> [String] {
        queue.withLock { queue in
            defer { (queue.news, queue.failures) = ([], []) }
            return queue.news
        }
    }

    /// Waits until everything is written, for two seconds at most: a slow disk keeps nobody from leaving.
    ///
    /// - Returns: what failed, and was not taken as news.
    func finish() -> [String] {
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline, queue.withLock({ !$0.work.isEmpty || $0.isWriting }) { usleep(2000) }
        return queue.withLock { queue in
            queue.failures + queue.work.map { "the settings are not in \($0.path): it takes too long to write them" }
        }
    }

    /// Writes a file aside and renames it; `takeNews` tells how that went.
    func write(_ bytes: [UInt8], to path: String) {
        queue.withLock { $0.work.append((bytes, path)) }
        _ = try? wakeUp.writeAll([0])
    }

    private func work() {
        let refusal = UserThread.renounce(caller)
        var byte: UInt8 = 0
        while (try? withUnsafeMutableBytes(of: &byte, { try sleeper.read(into: $0) })) == 1 {
            guard let next = queue.withLock({ $0.next() }) else { continue }
            // Without being them nothing is written: it would be with other rights.
            let trouble = refusal ?? UserFile.write(next.bytes, to: next.path)
            let failure = trouble.map { "cannot write the settings to \(next.path): \($0)" }
            queue.withLock { queue in
                queue.isWriting = false
                queue.news.append(failure ?? "the settings are in \(next.path)")
                if let failure { queue.failures.append(failure) }
            }
        }
    }
}
