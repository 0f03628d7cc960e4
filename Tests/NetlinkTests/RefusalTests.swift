import Netlink
import TestSupport
import Testing

/// Errors that end an answer, as the kernel sends them (net/netlink/af_netlink.c: `netlink_ack`, `netlink_dump_done`).
struct RefusalTests {
    static let request = Request(.generic, "look it up", type: 16, flags: 4)

    static func refusal(_ datagram: [UInt8]) -> KernelError? {
        #expect(throws: KernelError.self) { try ScriptedKernel(answers: [[datagram]]).ask(request) { _, _ in } }
    }

    /// Linux 6.18.44, 2026-11-23, as an answer to CTRL_CMD_GETFAMILY of `nosuch`; sequence 1 in place of its own.
    @Test func capped() {
        let error = Self.refusal(
            hexadecimal(
                """
                24 00 00 00  02 00  00 01  01 00 00 00  55 3a 00 00  # NLMSG_ERROR, NLM_F_CAPPED
                fe ff ff ff                                          # -ENOENT
                20 00 00 00  10 00  05 00  01 00 00 00  00 00 00 00  # the request's header, which says 32 bytes
                """))
        #expect(error?.cause == .notFound)
        #expect(error?.description == "cannot look it up: No such file or directory")
    }

    /// As above with NETLINK_CAP_ACK off, so the whole request comes back.
    @Test func uncapped() {
        let error = Self.refusal(
            hexadecimal(
                """
                34 00 00 00  02 00  00 00  01 00 00 00  55 3a 00 00  # NLMSG_ERROR
                fe ff ff ff                                          # -ENOENT
                20 00 00 00  10 00  05 00  01 00 00 00  00 00 00 00  # the request's header
                03 01 00 00  0b 00 02 00 6e 6f 73 75 63 68 00 00     # and the rest of it
                """))
        #expect(error?.cause == .notFound)
        #expect(error?.detail == nil)
    }

    /// Linux 6.18.44, 2026-11-23, as an answer to a ctnetlink GET whose CTA_ZONE has one byte; sequence 1 in place of
    /// its own.
    @Test func extendedAcknowledgementBehindACappedRequest() {
        let error = Self.refusal(
            hexadecimal(
                """
                78 00 00 00  02 00  00 03  01 00 00 00  55 3a 00 00  # NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS
                de ff ff ff                                          # -ERANGE
                1c 00 00 00  01 01  05 00  01 00 00 00  00 00 00 00  # the request's header
                27 00  01 00  41 74 74 72 69 62 75 74 65 20 66 61    # NLMSGERR_ATTR_MSG: Attribute fa
                69 6c 65 64 20 70 6f 6c 69 63 79 20 76 61 6c 69      # iled policy vali
                64 61 74 69 6f 6e 00  00                             # dation, NUL, padding
                08 00  02 00  14 00 00 00                            # NLMSGERR_ATTR_OFFS: 20
                24 00  04 80                                         # NLMSGERR_ATTR_POLICY
                0c 00  04 00  00 00 00 00 00 00 00 00                # NL_POLICY_TYPE_ATTR_MIN_VALUE_U: 0
                0c 00  05 00  ff ff 00 00 00 00 00 00                # NL_POLICY_TYPE_ATTR_MAX_VALUE_U: 65535
                08 00  01 00  03 00 00 00                            # NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE_U16
                """))
        #expect(error?.cause == .failed)
        #expect(
            error?.description
                == "cannot look it up: Numerical result out of range: Attribute failed policy validation")
    }

    @Test func extendedAcknowledgementBehindAWholeRequest() {
        let error = Self.refusal(
            hexadecimal(
                """
                34 00 00 00  02 00  00 02  01 00 00 00  55 3a 00 00  # NLMSG_ERROR, NLM_F_ACK_TLVS
                ea ff ff ff                                          # -EINVAL
                14 00 00 00  10 00  05 00  01 00 00 00  00 00 00 00  # the request's header
                03 01 00 00                                          # and the rest of it
                0a 00  01 00  6e 6f 20 77 61 79  00 00               # NLMSGERR_ATTR_MSG: no way (without NUL)
                """))
        #expect(error?.detail == "no way")
    }

    @Test func aDumpMayEndWithAnError() {
        let error = Self.refusal(
            hexadecimal(
                """
                20 00 00 00  03 00  02 02  01 00 00 00  55 3a 00 00  # NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS
                ff ff ff ff                                          # -EPERM
                0a 00  01 00  6e 6f 70 65 21 00  00 00               # NLMSGERR_ATTR_MSG: nope!
                """))
        #expect(error?.cause == .forbidden)
        #expect(
            error?.description
                == "cannot look it up: Operation not permitted: nope!: needs CAP_NET_ADMIN: run with sudo")
    }

    @Test(
        "An error truncated anywhere counts as damage",
        arguments: [
            "10 00 00 00  02 00 00 00  01 00 00 00  00 00 00 00",
            "13 00 00 00  02 00 00 00  01 00 00 00  00 00 00 00  fe ff ff",
            // TLVs declared, but the request before them is truncated.
            "18 00 00 00  02 00 00 03  01 00 00 00  00 00 00 00  fe ff ff ff  24 00 00 00",
            // The request claims to be longer than available, shorter than a header, and of maximum length.
            "24 00 00 00  02 00 00 02  01 00 00 00  00 00 00 00  fe ff ff ff  11 00 00 00  10 00 05 00  00 00 00 00  00 00 00 00",
            "24 00 00 00  02 00 00 02  01 00 00 00  00 00 00 00  fe ff ff ff  0f 00 00 00  10 00 05 00  00 00 00 00  00 00 00 00",
            "24 00 00 00  02 00 00 02  01 00 00 00  00 00 00 00  fe ff ff ff  ff ff ff ff  10 00 05 00  00 00 00 00  00 00 00 00",
            // A TLV of length 0.
            "18 00 00 00  03 00 02 02  01 00 00 00  00 00 00 00  ff ff ff ff  00 00 01 00",
        ])
    func damage(text: String) {
        #expect(Self.refusal(hexadecimal(text))?.cause == .damaged)
    }

    @Test(
        "The errno determines the cause",
        arguments: [
            ("ff ff ff ff", KernelError.Cause.forbidden),  // EPERM
            ("f3 ff ff ff", .forbidden),  // EACCES
            ("fe ff ff ff", .notFound),  // ENOENT
            ("97 ff ff ff", .lost),  // ENOBUFS
            ("a1 ff ff ff", .absent),  // EOPNOTSUPP
            ("a3 ff ff ff", .absent),  // EPROTONOSUPPORT
            ("ea ff ff ff", .failed),  // EINVAL
            ("01 00 00 00", .forbidden),  // a positive number is not success
            ("00 00 00 80", .failed),  // nor is the smallest
        ])
    func cause(code: String, cause: KernelError.Cause) {
        let header = "24 00 00 00  02 00 00 01  01 00 00 00  00 00 00 00"
        let echo = "20 00 00 00  10 00 05 00  01 00 00 00  00 00 00 00"
        #expect(Self.refusal(hexadecimal([header, code, echo].joined(separator: "\n")))?.cause == cause)
    }
}
