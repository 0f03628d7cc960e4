import CNetlink
import Glibc
import TableSupport
import TestSupport

/// An expectation as stored by libnetfilter_conntrack.
final class LibraryExpectation {
    let object: OpaquePointer

    /// From one netlink message; throws if the library rejects it.
    init(parsing message: [UInt8]) throws {
        guard let object = nfexp_new() else { throw SystemFailure("nfexp_new", errno: errno) }
        self.object = object
        // Zeros after the message: the library reads names as C strings.
        let padded = message + [UInt8](repeating: 0, count: 64)
        let parsed = padded.withUnsafeBytes { bytes in
            bytes.assumingMemoryBound(to: nlmsghdr.self).baseAddress.map { nfexp_nlmsg_parse($0, object) }
        }
        guard parsed == 0 else { throw SystemFailure("nfexp_nlmsg_parse", errno: errno) }
    }

    deinit { nfexp_destroy(object) }

    /// What `nfexp_snprintf` writes, and a newline.
    func line(_ kind: nf_conntrack_msg_type) throws -> String {
        try libraryText { nfexp_snprintf($0, $1, object, UInt32(bitPattern: kind.rawValue), UInt32(NFCT_O_DEFAULT), 0) }
            + "\n"
    }
}

extension LibraryEntry {
    /// What `nfct_snprintf_labels` writes, and a newline.
    ///
    /// - Parameter names: an `nfct_labelmap`; nil for no labels.
    func line(_ kind: nf_conntrack_msg_type, _ flags: UInt32, names: OpaquePointer?) throws -> String {
        try libraryText {
            nfct_snprintf_labels(
                $0, $1, object, UInt32(bitPattern: kind.rawValue), UInt32(NFCT_O_DEFAULT), flags, names)
        } + "\n"
    }
}

private func libraryText(_ write: (UnsafeMutablePointer<CChar>, UInt32) -> CInt) throws -> String {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { text in
        guard let start = text.baseAddress, write(start, UInt32(text.count)) > 0 else {
            throw SystemFailure("snprintf of the library", errno: errno)
        }
        return String(cString: start)
    }
}
