import Firewall
import Netlink
import TestSupport
import Testing

@Suite("libnftables")
struct NFTablesTests {
    @Test("An owned table lives as long as the handle that created it", .needsRoot, .needsTool("nft"))
    func owned() throws {
        try inFreshNamespace {
            func make() throws -> String {
                let tables = try NFTables()
                try tables.run("table inet mine { flags owner; }", for: "make a table")
                return try Tool.run("nft list tables")
            }
            let made = try make()
            #expect(made.contains("table inet mine"))
            // libnftables does not close its socket on exec: a program started by a parallel test keeps a copy until it
            // exits.
            try waitUntil("the table is gone") { try Tool.run("nft list tables").isEmpty }
        }
    }

    @Test("Errors are reported in libnftables' words, and nothing is printed", .needsRoot)
    func wrong() throws {
        try inFreshNamespace {
            let error = try refusal(of: "table inet { nonsense")
            #expect(error?.description.hasPrefix("cannot make a table: Error: syntax error") == true)
        }
    }

    @Test("Without the capability it is forbidden", .needsRoot)
    func forbidden() throws {
        try inFreshNamespace {
            try dropCapabilities()
            let error = try refusal(of: "add table inet mine")
            #expect(error?.cause == .forbidden)
        }
    }

    private func refusal(of command: String) throws -> KernelError? {
        let tables = try NFTables()
        do throws(KernelError) { try tables.run(command, for: "make a table") } catch { return error }
        return nil
    }
}
