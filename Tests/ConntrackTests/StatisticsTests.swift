import CNetlink
import Conntrack
import Netlink
import TestSupport
import Testing

/// Answers of the kernel, as bytes.
struct StatisticsTests {
    /// Linux 6.18, CPU 258 of a made-up machine: the first and the last counter that it sends, and one that no kernel
    /// sends yet.
    static let cpu = hexadecimal(
        """
        3c 00 00 00  04 01  02 00  01 00 00 00  00 00 00 00  # IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_MULTI
        00 00  01 02                                         # nfgenmsg: AF_UNSPEC, NFNETLINK_V0, res_id 258
        08 00  02 00  00 00 00 01                            # CTA_STATS_FOUND
        08 00  0f 00  ff ff ff fe                            # CTA_STATS_CHAIN_TOOLONG
        08 00  11 00  00 00 00 11                            # 17, unknown
        08 00  00 00  00 00 00 05                            # CTA_STATS_UNSPEC, unknown too
        06 00  04 00  00 01 00 00                            # CTA_STATS_INVALID with two bytes: no counter
        """)
    static let expectations = hexadecimal(
        """
        24 00 00 00  03 02  02 00  01 00 00 00  00 00 00 00  # IPCTNL_MSG_EXP_GET_STATS_CPU
        00 00  01 02                                         # nfgenmsg: res_id 258
        08 00  02 00  00 00 00 07                            # CTA_STATS_EXP_CREATE
        08 00  09 00  00 00 00 09                            # 9, unknown
        """)
    static let done = hexadecimal("14 00 00 00  03 00  02 00  01 00 00 00  00 00 00 00  00 00 00 00")

    @Test func theCPUAndItsCounters() throws {
        let kernel = ScriptedKernel(answers: [[Self.cpu, Self.done], [Self.expectations, Self.done]])
        let statistics = try Table(kernel).statistics().cpus
        #expect(statistics.map(\.cpu) == [258])
        let counters = try #require(statistics.first).counters
        let expected: [String: UInt32] = [
            "found": 1, "chaintoolong": 0xFFFF_FFFE, "17": 17, "0": 5, "expect_create": 7, "expect_9": 9,
        ]
        #expect(Dictionary(uniqueKeysWithValues: counters.map { ($0.key.name, $0.value) }) == expected)
        #expect(counters.keys.filter { !$0.isKnown }.map(\.name).sorted() == ["0", "17", "expect_9"])
    }

    @Test func theSizeIsAskedOnceWithAnEnd() throws {
        let size = hexadecimal(
            """
            24 00 00 00  05 01  00 00  01 00 00 00  00 00 00 00  # IPCTNL_MSG_CT_GET_STATS
            00 00  00 00
            08 00  01 00  00 00 00 08                            # CTA_STATS_GLOBAL_ENTRIES
            08 00  02 00  00 04 00 00                            # CTA_STATS_GLOBAL_MAX_ENTRIES
            """)
        let kernel = ScriptedKernel(answers: [[size, TableRequestTests.acknowledgement]])
        #expect(try Table(kernel).size() == TableSize(entries: 8, limit: 262_144))
        let request = try #require(kernel.requests.first).message(sequence: 1)
        #expect(
            request
                == hexadecimal("14 00 00 00  05 01  05 00  01 00 00 00  00 00 00 00  00 00 00 00"))
    }

    @Test func withoutCtnetlinkTheyAreAbsent() {
        let refusal = hexadecimal(
            """
            24 00 00 00  02 00  00 01  01 00 00 00  00 00 00 00
            ea ff ff ff
            14 00 00 00  04 01  01 03  01 00 00 00  00 00 00 00
            """)
        for ask in [
            { _ = try Table(ScriptedKernel(answers: [[refusal]])).statistics().cpus },
            { _ = try Table(ScriptedKernel(answers: [[refusal]])).size() },
        ] {
            let error = #expect(throws: KernelError.self) { try ask() }
            #expect(error?.cause == .absent)
            #expect(error?.nextStep?.contains("modprobe nf_conntrack_netlink") == true)
        }
    }

    @Test func damagedAnswersEndInAnErrorOrInCounters() {
        var random = SeededGenerator(seed: 20)
        var errors = 0
        for _ in 0..<5_000 {
            let damaged = random.damage(Self.cpu)
            let kernel = ScriptedKernel(answers: [[damaged, Self.done], [Self.done]])
            do { _ = try Table(kernel).statistics().cpus } catch { errors += 1 }
        }
        #expect(errors > 100 && errors < 5_000)
    }

    @Test func namesAreThoseOfTheHeaders() {
        let counters: [(ctattr_stats_cpu, String)] = [
            (CTA_STATS_SEARCHED, "searched"), (CTA_STATS_FOUND, "found"), (CTA_STATS_NEW, "new"),
            (CTA_STATS_INVALID, "invalid"), (CTA_STATS_IGNORE, "ignore"), (CTA_STATS_DELETE, "delete"),
            (CTA_STATS_DELETE_LIST, "delete_list"), (CTA_STATS_INSERT, "insert"),
            (CTA_STATS_INSERT_FAILED, "insert_failed"), (CTA_STATS_DROP, "drop"),
            (CTA_STATS_EARLY_DROP, "early_drop"), (CTA_STATS_ERROR, "error"),
            (CTA_STATS_SEARCH_RESTART, "search_restart"), (CTA_STATS_CLASH_RESOLVE, "clash_resolve"),
            (CTA_STATS_CHAIN_TOOLONG, "chaintoolong"),
        ]
        for (number, name) in counters {
            #expect(StatisticsCounter(.conntrack, UInt16(number.rawValue)).name == name)
        }
        let expectations: [(ctattr_expect_stats, String)] = [
            (CTA_STATS_EXP_NEW, "expect_new"), (CTA_STATS_EXP_CREATE, "expect_create"),
            (CTA_STATS_EXP_DELETE, "expect_delete"),
        ]
        for (number, name) in expectations {
            #expect(StatisticsCounter(.expectations, UInt16(number.rawValue)).name == name)
        }
        let constants: [(StatisticsCounter, String)] = [
            (.invalid, "invalid"), (.insert, "insert"), (.insertFailed, "insert_failed"), (.drop, "drop"),
            (.earlyDrop, "early_drop"), (.chainTooLong, "chaintoolong"),
        ]
        for (counter, name) in constants { #expect(counter.name == name) }
    }
}
