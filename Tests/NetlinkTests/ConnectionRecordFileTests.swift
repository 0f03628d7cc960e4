import Foundation
import TestSupport
import Testing

@testable import Netlink

struct ConnectionRecordFileTests {
    /// A record of a length, filled with its number.
    private func record(_ number: UInt8, _ length: Int = 88) -> [UInt8] {
        [UInt8(length), 0] + [UInt8](repeating: number, count: length - 2)
    }

    private func split(_ bytes: [UInt8], into size: Int) -> (records: [UInt8], damage: String?) {
        var splitter = ConnectionRecordFile.Splitter()
        var records: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            splitter.take(piece.span.bytes) { whole in whole.withUnsafeBytes { records += $0 } }
            start += size
        }
        splitter.finish()
        return (records, splitter.damage)
    }

    @Test("Records are whole wherever the file is split", arguments: [1, 7, 88, 100, 4096])
    func whole(size: Int) {
        let records = record(1) + record(2, 96) + record(3, 248) + record(4)
        let (read, damage) = split(ConnectionRecordFile.magic + records, into: size)
        #expect(read == records && damage == nil)
        #expect(split(ConnectionRecordFile.magic, into: size).damage == nil)
    }

    @Test("A file that is not one of records is reported", arguments: [1, 4096])
    func damage(size: Int) {
        let magic = ConnectionRecordFile.magic
        #expect(split([], into: size).damage != nil)
        #expect(split(Array("cticonn2".utf8), into: size).damage?.contains("begin with cticonn1") == true)
        var other = ConnectionRecordFile.Splitter()
        other.take(Array("cticonn2".utf8).span.bytes) { _ in }
        #expect(other.isOfAnotherVersion)
        #expect(split(magic + record(1).dropLast(), into: size).damage?.contains("ends within a record") == true)
        for length: UInt8 in [0, 1, 80, 90] {
            #expect(split(magic + [length, 0] + record(1), into: size).damage?.contains("length of") == true)
        }
    }

    private final class Table: ConnectionTable {
        let batches: [[UInt8]]
        let fails: Bool

        init(_ batches: [[UInt8]], fails: Bool = false) { (self.batches, self.fails) = (batches, fails) }

        func read(within bound: Duration?, _ receive: (RawSpan) -> Void) throws(KernelError) {
            for batch in batches { receive(batch.span.bytes) }
            if fails { throw KernelError("read the table", .failed) }
        }
    }

    private func read(_ kernel: any KernelSource) throws -> [UInt8]? {
        guard case .table(let table, _) = kernel.connectionAccess else { return nil }
        var records: [UInt8] = []
        try table.read(within: nil) { whole in whole.withUnsafeBytes { records += $0 } }
        return records
    }

    @Test("A capture replays each reading of the table; one that failed is not in it")
    func capture() throws {
        try inTemporaryFolder { folder in
            let path = folder + "/capture"
            let live = LiveKernel()
            let recording = try RecordingKernel(live, into: path, tool: "test")
            #expect(try read(recording) == nil)
            live.connectionAccess = .table(Table([record(9)], fails: true), isRequired: false)
            #expect(throws: KernelError.self) { try read(recording) }
            live.connectionAccess = .table(Table([record(1), record(2) + record(3)]), isRequired: false)
            #expect(try read(recording) == record(1) + record(2) + record(3))
            live.connectionAccess = .table(Table([record(4)]), isRequired: false)
            _ = try read(recording)
            try recording.finish()
            let captured = try CapturedKernel(path)
            #expect(try read(captured) == record(1) + record(2) + record(3))
            #expect(try read(captured) == record(4))
            #expect(try read(captured) == record(4))
        }
    }
}
