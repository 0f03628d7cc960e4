import CNetlink
import IPVS
import TestSupport
import Testing

struct StatisticsTests {
    /// The statistics of a service whose attributes are written by `fill`.
    static func statistics(_ fill: (LibraryMessage) -> Void) throws -> Statistics? {
        let service = try IPVSAnswers.service { message in
            message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
            message.word(IPVS_SVC_ATTR_FWMARK, 9)
            fill(message)
        }
        return try #require(try IPVSAnswers.listing(service).first).statistics
    }

    static let numbers = [
        IPVS_STATS_ATTR_CONNS, IPVS_STATS_ATTR_INPKTS, IPVS_STATS_ATTR_OUTPKTS, IPVS_STATS_ATTR_INBYTES,
        IPVS_STATS_ATTR_OUTBYTES, IPVS_STATS_ATTR_CPS, IPVS_STATS_ATTR_INPPS, IPVS_STATS_ATTR_OUTPPS,
        IPVS_STATS_ATTR_INBPS, IPVS_STATS_ATTR_OUTBPS,
    ]

    static func values(_ statistics: Statistics?) -> [UInt64] {
        statistics.map {
            [
                $0.connections, $0.packetsIn, $0.packetsOut, $0.bytesIn, $0.bytesOut, $0.connectionRate,
                $0.packetRateIn,
                $0.packetRateOut, $0.byteRateIn, $0.byteRateOut,
            ]
        } ?? []
    }

    /// `ip_vs_genl_fill_stats64`: each number has 64 bits.
    static func wide(_ message: LibraryMessage) {
        message.nest(IPVS_SVC_ATTR_STATS64) {
            for number in numbers { message.long(number, UInt64(number) << 32 | 7) }
            message.bytes(IPVS_STATS_ATTR_PAD, [])
        }
    }

    /// `ip_vs_genl_fill_stats`: 32 bits, except for the bytes.
    static func narrow(_ message: LibraryMessage) {
        message.nest(IPVS_SVC_ATTR_STATS) {
            for number in numbers {
                if number == IPVS_STATS_ATTR_INBYTES || number == IPVS_STATS_ATTR_OUTBYTES {
                    message.long(number, UInt64(number) << 40)
                } else {
                    message.word(number, UInt32(number))
                }
            }
        }
    }

    @Test func wideOnes() throws {
        let statistics = try Self.statistics(Self.wide)
        #expect(Self.values(statistics) == Self.numbers.map { UInt64($0) << 32 | 7 })
        #expect(statistics?.bitWidth == 64)
    }

    @Test func narrowOnesOfKernelsBeforeFourPointOne() throws {
        let statistics = try Self.statistics(Self.narrow)
        let bytes = [IPVS_STATS_ATTR_INBYTES, IPVS_STATS_ATTR_OUTBYTES]
        #expect(Self.values(statistics) == Self.numbers.map { bytes.contains($0) ? UInt64($0) << 40 : UInt64($0) })
        #expect(statistics?.bitWidth == 32)
    }

    @Test("The 64-bit statistics take precedence when both are sent", arguments: [true, false]) func both(
        wideFirst: Bool
    ) throws {
        let statistics = try Self.statistics { message in
            for fill in wideFirst ? [Self.wide, Self.narrow] : [Self.narrow, Self.wide] { fill(message) }
        }
        #expect(statistics?.bitWidth == 64)
        // Not as an expression in the expectation: the compiler (Swift 6.3) then compares them as AnyHashable, and reads beyond one.
        let wide: UInt64 = 1 << 32 | 7
        #expect(statistics?.connections == wide)
    }

    @Test func unknownOnesEndNothing() throws {
        let statistics = try Self.statistics { message in
            message.nest(IPVS_SVC_ATTR_STATS64) {
                message.long(99, 1)
                message.bytes(IPVS_STATS_ATTR_CPS, [1, 2, 3])
                message.long(IPVS_STATS_ATTR_CONNS, 5)
            }
        }
        #expect(Self.values(statistics) == [5, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}
