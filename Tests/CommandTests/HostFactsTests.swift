import Collection
import Foundation
import Inspection
import Netlink
import TestSupport
import Testing

/// What `check` reads of the host, from a capture.
struct HostFactsTests {
    /// Of a namespace in which `line` was run.
    private static func captured(_ line: String) throws -> HostFacts {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            #"cd "$1" && exec unshare --net bash -c "$2; exec \"\$0\" capture lb1" "$0""#,
            [Program.path, folder.url.path, line])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        return HostFacts(reading: try CapturedKernel(folder.url.path + "/lb1"))
    }

    @Test(
        "Which interfaces forward, where the namespace as a whole does not", .needsRoot, .needsTool("sysctl"),
        arguments: [
            ("sysctl -qw net.ipv4.ip_forward=0", false, []),
            ("sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.lo.forwarding=1", false, ["lo"]),
            ("sysctl -qw net.ipv4.ip_forward=1", true, []),
        ])
    func forwarding(_ line: String, _ isOn: Bool, _ interfaces: [String]) throws {
        let forwarding = try #require(try Self.captured(line).forwarding.value)
        #expect(forwarding.ipv4 == isOn)
        #expect(forwarding.interfaces.filter { $0 == "lo" || isOn } == Set(interfaces))
        #expect(forwarding.ipv6 != true)
    }

    @Test(
        "The modules are those of the kernel", .needsRoot,
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/modules"), "this kernel has no modules"))
    func modules() throws {
        let list = try String(contentsOfFile: "/proc/modules", encoding: .utf8)
        let names = list.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        // Others may be loaded meanwhile.
        let modules = try #require(try Self.captured("true").modules.value)
        #expect(modules.isSuperset(of: names))
        #expect(modules.allSatisfy { $0.contains(/^\w+$/) })
    }

    @Test(
        "A kernel without modules is not one whose modules could not be read", .needsRoot,
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/modules"), "this kernel has modules"))
    func noModules() throws {
        #expect(try Self.captured("true").modules == .absent("this kernel has no /proc/modules"))
    }

    @Test("A capture of an older version has neither, which is not the same as there being none")
    func older() throws {
        let facts = HostFacts(reading: try CapturedKernel(Fixture.older.capture))
        guard case .unreadable(let why) = facts.modules, case .unreadable = facts.forwarding else {
            Issue.record("\(facts)")
            return
        }
        #expect(why.contains("take it again with this version"))
    }
}
