import Netlink
import Testing

@testable import BPF

struct ConnectionLayoutTests {
    private let kernel = SampleTypes.btf(SampleTypes.kernel)

    private func layout(_ kernel: [UInt8], _ module: [UInt8]) throws -> ConnectionLayout {
        let base = try #require(TypeInformation(kernel))
        return try ConnectionLayout(base, TypeInformation(module, base: base), copying: 320)
    }

    @Test("Offsets come from the module's BTF and the kernel's, whose strings they share", arguments: [true, false])
    func offsets(sharing: Bool) throws {
        let strings = SampleTypes.strings(kernel)
        let layout = try layout(kernel, SampleTypes.btf(SampleTypes.module, base: strings, sharing: sharing))
        #expect(layout.size == 256)
        #expect(layout[.timer] == 88 + 16)
        #expect(layout[.engineDataLength] == 184)
        #expect(layout.netOffset == 24 && layout.inodeOffset == 64 + 16 && layout.engineNameOffset == 16)
    }

    @Test("With IPVS built in, all is in the kernel's BTF")
    func builtIn() throws {
        let base = try #require(TypeInformation(SampleTypes.btf(SampleTypes.module + SampleTypes.kernel)))
        #expect(try ConnectionLayout(base, nil, copying: 320).size == 256)
    }

    @Test("What a kernel lacks is named")
    func lacking() throws {
        func complaint(_ change: (inout [SampleTypes.Structure]) -> Void) -> String {
            var module = SampleTypes.module
            change(&module)
            do {
                _ = try layout(kernel, SampleTypes.btf(module, base: SampleTypes.strings(kernel)))
                return "none"
            } catch { return "\(error)" }
        }
        // The table of 2026 has no hlist in each connection.
        #expect(complaint { $0[0].members.removeFirst() }.contains("struct ip_vs_conn has no member c_list"))
        #expect(complaint { $0[0].name = "ip_vs_con" }.contains("no struct ip_vs_conn"))
        #expect(complaint { $0[0].members[4].1 = 312 }.contains("has af at 312, beyond the 256 bytes"))
        #expect(
            complaint {
                $0[0].size = 900; $0[0].members[5].1 = 312
            }.contains("has caddr at 312, beyond the 320 bytes"))
    }

    @Test("Damaged BTF is no type information, or lacks types")
    func damaged() throws {
        for count in [0, 10, 23, 24, 40] { #expect(TypeInformation(Array(kernel.prefix(count))) == nil) }
        #expect(TypeInformation([0, 0] + kernel.dropFirst(2)) == nil)
        for position in 24..<kernel.count {
            var bytes = kernel
            bytes[position] ^= 0xFF
            _ = TypeInformation(bytes)?.structures(["net", "ns_common", "timer_list"])
        }
    }
}
