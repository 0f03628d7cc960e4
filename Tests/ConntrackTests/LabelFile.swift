import CNetlink
import Foundation
import Reports
import TestSupport

/// A file of label names, as read by us and by libnetfilter_conntrack.
final class LabelFile {
    static let text = """
        # bit name
        0 zero
        1\tone and a half  \t
        0x21 thirty-three
        010 eight
          63 sixty three
        64nothing-between
        127 last
        1 again
        2 one and a half
        3 not_plain
        4
        5  \t
        x none
        1024 beyond
        -1 below
        """

    let names: LabelNames
    /// An `nfct_labelmap`.
    let map: OpaquePointer

    init() throws {
        guard let names = LabelNames(Self.text) else { throw SystemFailure("LabelNames", errno: EINVAL) }
        self.names = names
        map = try inTemporaryFolder { folder in
            try Data(Self.text.utf8).write(to: URL(fileURLWithPath: folder + "/connlabel.conf"))
            guard let map = nfct_labelmap_new(folder + "/connlabel.conf") else {
                throw SystemFailure("nfct_labelmap_new", errno: errno)
            }
            return map
        }
    }

    deinit { nfct_labelmap_destroy(map) }
}
