import Foundation
import Netlink
import TestSupport
import Testing

@testable import BPF

/// The program in this machine's kernel, which verifies and runs it, over a table of our own; a real director's is read in the lab.
@Suite("Walking a table of connections", .needsRoot)
struct ConnectionWalkTests {
    private struct Record: Equatable {
        var port: UInt16
        var flags: UInt32
        var packets: UInt32
        var engine: String
    }

    private func records(of walk: ConnectionWalk) throws -> [Record] {
        var records: [Record] = []
        try walk.read(within: nil) { batch in
            var start = 0
            while start < batch.byteCount {
                func load<T: BitwiseCopyable>(_ place: Int, _: T.Type) -> T {
                    batch.unsafeLoadUnaligned(fromByteOffset: start + place, as: T.self)
                }
                let engine =
                    Int(load(ConnectionRecord.engineNameLength, UInt8.self))
                    + Int(load(ConnectionRecord.engineDataLength, UInt8.self))
                let text = batch.copy(start + ConnectionRecord.size..<start + ConnectionRecord.size + engine)
                records.append(
                    Record(
                        port: UInt16(bigEndian: load(ConnectionRecord.clientPort, UInt16.self)),
                        flags: load(ConnectionRecord.flags, UInt32.self),
                        packets: load(ConnectionRecord.packets, UInt32.self),
                        engine: String(decoding: text, as: UTF8.self)))
                start += Int(load(ConnectionRecord.length, UInt16.self))
            }
        }
        return records
    }

    @Test("Every connection of the namespace is read once, whatever the buckets", arguments: [1, 8, 4096])
    func all(buckets: Int) throws {
        let table = try MadeTable(buckets: buckets, connections: 3000)
        for number in 0..<3000 { table.add(number, to: number % buckets, isOurs: number % 3 != 0) }
        let walk = try table.walk()
        for _ in 0..<2 {
            let read = try records(of: walk)
            let expected = (0..<UInt16(3000)).filter { $0 % 3 != 0 }
            #expect(read.map(\.port).sorted() == expected)
            #expect(
                read.allSatisfy { $0 == Record(port: $0.port, flags: 0x10003, packets: UInt32($0.port), engine: "") })
        }
    }

    @Test("A persistence engine's name and data come with its connection")
    func engine() throws {
        let table = try MadeTable(buckets: 4, connections: 2)
        table.add(1, to: 0, engineData: "a call's id")
        table.add(2, to: 0)
        #expect(try records(of: table.walk()).map(\.engine).sorted() == ["", "sipa call's id"])
    }

    @Test("An empty table is read, and one of a million buckets")
    func empty() throws {
        #expect(try records(of: MadeTable(buckets: 16, connections: 0).walk()).isEmpty)
        let wide = try MadeTable(buckets: 1 << 20, connections: 1)
        wide.add(5, to: (1 << 20) - 1)
        #expect(try records(of: wide.walk()).map(\.port) == [5])
    }

    @Test("Where there is no time for all, what was read until then is delivered")
    func bound() throws {
        let table = try MadeTable(buckets: 4096, connections: 3000)
        for number in 0..<3000 { table.add(number, to: number) }
        let walk = try table.walk()
        var bytes = 0
        let error = #expect(throws: KernelError.self) { try walk.read(within: .zero) { bytes += $0.byteCount } }
        #expect(error?.cause == .stopped, "\(String(describing: error))")
        #expect((1..<3000).contains(bytes / ConnectionRecord.size), "\(bytes) bytes")
        #expect(try records(of: walk).count == 3000)
    }

    @Test("A pointer to nowhere and an overlong bucket are errors, by name")
    func broken() throws {
        let table = try MadeTable(buckets: 4, connections: 10)
        table.breakChain(of: 2)
        let walk = try table.walk()
        #expect { try walk.read(within: nil) { _ in } } throws: { "\($0)".contains("reads of kernel memory failed") }
        let long = try MadeTable(buckets: 1, connections: 9000)
        for number in 0..<9000 { long.add(number, to: 0) }
        let overlong = try long.walk()
        #expect { try overlong.read(within: nil) { _ in } } throws: {
            "\($0)".contains("more connections than a run can take")
        }
    }

    @Test("Where the table was, there is none any more: that is an error, not an empty table")
    func gone() throws {
        let walk = try MadeTable(buckets: 0, connections: 0).walk()
        #expect { try walk.read(within: nil) { _ in } } throws: {
            "\($0)".contains("there is no table of connections any more")
        }
    }

    @Test("Connections of other namespaces are passed over, however many, in runs that end")
    func foreign() throws {
        let table = try MadeTable(buckets: 16, connections: 20_000)
        for number in 0..<20_000 { table.add(number, to: number % 16, isOurs: number == 12_345) }
        #expect(try records(of: table.walk()).map(\.port) == [12_345])
    }

    @Test(
        "Without IPVS in the kernel it says what is missing",
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs"), "this kernel has IPVS"))
    func absent() throws {
        #expect { try ConnectionWalk(LiveKernel()) } throws: { error in
            (error as? KernelError)?.cause == .absent && "\(error)".contains("ip_vs")
        }
    }

    @Test("The checked-in program is what its source compiles to")
    func current() throws {
        try Tool.run(
            "python3 " + URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../scripts/bpf --check"
        )
    }
}
