import Foundation
import Netlink
import TestSupport
import Testing

struct NetworkNamespaceTests {
    /// `net:[4026531840]`, of the calling thread.
    static func current() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
    }

    static func refusal(_ name: String) throws -> KernelError? {
        try onOwnThread { #expect(throws: KernelError.self) { try NetworkNamespace.enter(name) } }
    }

    @Test(arguments: ["ct-inspect-none", "", "/nowhere/at/all", "999999999", "../none"])
    func whatIsNotThereIsAbsent(name: String) throws {
        let error = try Self.refusal(name)
        #expect(error?.cause == .absent)
        #expect(error?.description.contains("enter the network namespace \(name)") == true)
        #expect(error?.nextStep == "`ip netns list` shows names; a process id or a path works as well")
    }

    @Test(.needsRoot, arguments: ["/etc/passwd", "/proc/self/ns/mnt", "/proc"])
    func whatIsNoNetworkNamespaceIsAbsent(path: String) throws {
        let error = try Self.refusal(path)
        #expect(error?.cause == .absent)
        #expect(error?.detail == "that is not a network namespace")
    }

    @Test(.needsRoot) func aNamedPipeDoesNotMakeUsWait() throws {
        try inTemporaryFolder { path in
            #expect(mkfifo("\(path)/pipe", 0o600) == 0)
            let error = try Self.refusal("\(path)/pipe")
            #expect(error?.detail == "that is not a network namespace")
        }
    }

    @Test(.needsRoot) func withoutCapabilitiesEnteringIsForbidden() throws {
        let error = try onOwnThread {
            try dropCapabilities()
            return #expect(throws: KernelError.self) { try NetworkNamespace.enter("/proc/self/ns/net") }
        }
        #expect(error?.cause == .forbidden)
        #expect(error?.nextStep == "needs CAP_SYS_ADMIN: run with sudo")
    }

    @Test(.needsRoot) func entersByPathForTheThreadAlone() throws {
        let before = try Self.current()
        let (inside, entered, after) = try inFreshNamespace {
            let inside = try Self.current()
            let thread = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
            let entered = try onOwnThread {
                try NetworkNamespace.enter("/proc/\(thread)/ns/net")
                return try Self.current()
            }
            return (inside, entered, try Self.current())
        }
        #expect(inside != before)
        #expect(entered == inside)
        #expect(after == inside)
        #expect(try Self.current() == before)
    }

    @Test(.needsRoot) func entersByProcessID() throws {
        let (own, entered) = try inFreshNamespace {
            let own = try onOwnThread {
                try NetworkNamespace.enter("/proc/self/ns/net")
                return try Self.current()
            }
            try NetworkNamespace.enter(String(getpid()))
            return (own, try Self.current())
        }
        #expect(entered == own)
    }
}
