import Netlink
import TestSupport
import Testing

@testable import Routing

@Suite("Features of network interfaces", .needsRoot, .needsTool("ip"))
struct InterfaceFeatureTests {
    private static let features = ["rx-gro", "tx-checksum-ip-generic", "rx-lro", "no-such-feature"]

    private static func found(_ kernel: any KernelSource) throws -> [Set<String>] {
        try features.map { try InterfaceFeature.interfaces(with: $0, in: kernel) }
    }

    @Test("Those that have one switched on are named, from a capture as well")
    func live() throws {
        try inFreshNamespace {
            try Tool.run("ip link add v1 type veth peer name v2")
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let live = try Self.found(recording)
                try recording.finish()
                let captured = try Self.found(try CapturedKernel(folder + "/lb1"))
                // A veth does no GRO unless it is told to (`veth_setup`, drivers/net/veth.c), and no link here can do LRO.
                #expect(live == [["lo"], ["lo", "v1", "v2"], [], []])
                #expect(captured == live)
            }
        }
    }

    @Test("A capture without them says that it lacks them")
    func lacking() throws {
        try inTemporaryFolder { folder in
            let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
            _ = try Link.all(in: recording)
            try recording.finish()
            let captured = try CapturedKernel(folder + "/lb1")
            let error = #expect(throws: KernelError.self) {
                try InterfaceFeature.interfaces(with: InterfaceFeature.largeReceive, in: captured)
            }
            #expect(error?.cause == .failed && (error?.description.contains("take it again") ?? false))
        }
    }

    @Test("An interface without a name, and bytes that are cut, are damage")
    func damaged() throws {
        let answers = try Self.answers()
        let first = try #require(answers.first)
        for length in [20, 30, 50, first.count - 3] {
            var cut = Array(first.prefix(length))
            withUnsafeBytes(of: UInt32(length)) { cut.replaceSubrange(0..<4, with: $0) }
            withUnsafeBytes(of: UInt32(1)) { cut.replaceSubrange(8..<12, with: $0) }
            let kernel = ScriptedKernel(answers: [Self.family, [cut]])
            let error = #expect(throws: KernelError.self) {
                try InterfaceFeature.interfaces(with: "rx-lro", in: kernel)
            }
            #expect(error?.cause == .damaged, "\(length)")
        }
    }

    /// The kernel's own answers about the links of a fresh namespace.
    private static func answers() throws -> [[UInt8]] {
        try inFreshNamespace { () throws -> [[UInt8]] in
            var datagrams: [[UInt8]] = []
            let kernel = LiveKernel()
            let family = try GenericFamily("ethtool", from: kernel)
            var request = Request.generic("test", family: family.id, command: 11, version: 1, flags: 0x300)
            request.nest(UInt16(1)) { _ in }
            try kernel.exchange(request) { bytes, _ throws(KernelError) in
                datagrams.append(bytes.copy(0..<bytes.byteCount))
                return .done
            }
            return datagrams
        }
    }

    /// No link of the development kernel can do LRO: lo does GRO, whose name is as long.
    @Test("Large receive offload is found in the kernel's answer about GRO, under its own name")
    func largeReceive() throws {
        var answer = try #require(try Self.answers().first)
        // Each message must be the answer to the first request.
        var start = 0
        while start + 16 <= answer.count {
            let length = Int(answer[start]) | Int(answer[start + 1]) << 8
            try #require(length >= 16)
            answer.replaceSubrange(start + 8..<start + 12, with: [1, 0, 0, 0])
            start += (length + 3) & ~3
        }
        func found(_ bytes: [UInt8]) throws -> Set<String> {
            let kernel = ScriptedKernel(answers: [Self.family, [bytes, Self.family[1]]])
            return try InterfaceFeature.interfaces(with: InterfaceFeature.largeReceive, in: kernel)
        }
        #expect(try found(answer) == [])
        #expect(try found(answer.replacing("rx-gro\0".utf8, with: "rx-lro\0".utf8)) == ["lo"])
    }

    /// The kernel's answer to what number the family has: 21.
    private static let family = [
        hexadecimal("1c 00 00 00 10 00 00 00 01 00 00 00 00 00 00 00 01 02 00 00 06 00 01 00 15 00 00 00"),
        hexadecimal("14 00 00 00 03 00 02 00 01 00 00 00 00 00 00 00 00 00 00 00"),
    ]
}
