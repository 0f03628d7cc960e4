import CLinux
import Glibc
import Netlink
import TestSupport

@testable import BPF

/// A table of connections in kernel memory on a kernel without IPVS: in the value of a map of ours, laid out as `SampleTypes` says, with
/// real kernel pointers.
final class MadeTable {
    private let map: CInt
    private let memory: UnsafeMutableRawPointer
    private let size: Int
    /// Where the memory is in the kernel.
    private let base: UInt64
    private var used = 4096
    private let buckets: Int

    // The first page: the table's address, its size, namespaces.
    private static let tableAt = 8
    private static let sizeAt = 16
    static let ours: UInt32 = 4_026_531_840
    static let theirs: UInt32 = 4_026_532_000

    /// r1 = the map's value; *r1 = r1; r0 = 0; exit
    private static let findAddress: [UInt64] = [
        0x0000_0000_0000_2118, 0, 0x0000_0000_0000_117B, 0x0000_0000_0000_00B7, 0x95,
    ]

    init(buckets: Int, connections: Int) throws {
        self.buckets = buckets
        size = 4096 + buckets * 8 + connections * 512 + 8192
        map = clinux_bpf_create_value(UInt32(size))
        guard map >= 0 else { throw SystemFailure("create a map", errno: -map) }
        guard let memory = clinux_bpf_map_value(map, size) else { throw SystemFailure("map it", errno: errno) }
        self.memory = memory
        let descriptor = map
        let program = Self.findAddress.withUnsafeBufferPointer {
            clinux_bpf_load($0.baseAddress, UInt32($0.count), 0, descriptor, nil, 0)
        }
        guard program >= 0 else { throw SystemFailure("load the program", errno: -program) }
        defer { close(program) }
        guard clinux_bpf_run(program) == 0 else { throw SystemFailure("run it", errno: EINVAL) }
        base = memory.load(as: UInt64.self)
        put(base + 4096, Self.tableAt)
        put(UInt32(buckets), Self.sizeAt)
        used += buckets * 8
        // Two netns_ipvs, each followed by its net.
        for (place, inode) in [(1024, Self.ours), (2048, Self.theirs)] {
            put(base + UInt64(place + 256), place + 24)
            put(inode, place + 256 + 64 + 16)
        }
        // A persistence engine, and its name.
        put(base + 3200, 3072 + 16)
        memory.advanced(by: 3200).copyMemory(from: "sip", byteCount: 4)
    }

    deinit {
        munmap(memory, size)
        close(map)
    }

    private func put<T: BitwiseCopyable>(_ value: T, _ place: Int) {
        memory.storeBytes(of: value, toByteOffset: place, as: T.self)
    }

    /// Adds a connection at the head of a bucket. Its client is 10.x.y.z:port by number.
    func add(_ number: Int, to bucket: Int, isOurs: Bool = true, engineData: String? = nil, expires: UInt64 = 0) {
        let place = used
        used += 512
        let head = 4096 + bucket * 8
        put(memory.load(fromByteOffset: head, as: UInt64.self), place)
        put(base + UInt64(place), head)
        put(UInt16(truncatingIfNeeded: number).bigEndian, place + 16)
        put(UInt16(80).bigEndian, place + 18)
        put(UInt16(80).bigEndian, place + 20)
        put(UInt16(AF_INET), place + 22)
        put((0x0A00_0000 + UInt32(number)).bigEndian, place + 24)
        put(UInt32(0x0A00_0064).bigEndian, place + 40)
        put(UInt32(0x0A00_0003).bigEndian, place + 56)
        put(UInt32(0x10003), place + 72)
        put(UInt16(IPPROTO_TCP), place + 76)
        put(UInt16(AF_INET), place + 78)
        put(base + (isOurs ? 1024 : 2048), place + 80)
        put(expires, place + 88 + 16)
        put(UInt16(1), place + 136)
        put(UInt32(7), place + 140)
        put(UInt32(truncatingIfNeeded: number), place + 160)
        guard let engineData else { return }
        put(base + 3072, place + 168)
        put(base + UInt64(place + 256), place + 176)
        put(UInt8(engineData.utf8.count), place + 184)
        memory.advanced(by: place + 256).copyMemory(from: engineData, byteCount: engineData.utf8.count)
    }

    /// Makes a bucket end in a pointer to nowhere.
    func breakChain(of bucket: Int) { put(UInt64(0xFFFF_0000_0000_1000), 4096 + bucket * 8) }

    func walk() throws -> ConnectionWalk {
        let kernel = SampleTypes.btf(SampleTypes.kernel)
        guard let types = TypeInformation(kernel) else { throw SystemFailure("read the types", errno: EINVAL) }
        let module = TypeInformation(
            SampleTypes.btf(SampleTypes.module, base: SampleTypes.strings(kernel)), base: types)
        let layout = try ConnectionLayout(types, module, copying: ConnectionWalk.mostCopied)
        return try ConnectionWalk(
            layout, table: base + UInt64(Self.tableAt), size: base + UInt64(Self.sizeAt), namespace: UInt64(Self.ours))
    }
}
