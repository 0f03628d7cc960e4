import Addresses
import Inspection

extension ObservationNotice {
    /// A line for the reader.
    package var sentence: String {
        switch self {
        case .startedTracking(let family):
            "conntrack was not active for \(family.name) here: it is while this runs, by our own rules"
        case .leftOut(let family):
            "\(family.name) is left out: conntrack is not active for it here (--start-tracking makes it so)"
        case .unknownTracking(let family, let why):
            "it is not known whether conntrack was active for \(family.name) before this began: \(why)"
        case .legacyTables(let program, let names):
            "\(program) has tables here (\(names.joined(separator: ", ").printable)), and their rules cannot be traced: "
                + "of what is counted before the filter and not after it, no more than the traced drops is certainly nf_tables'."
        case .unknownLegacyTables(let program, let why):
            "Whether \(program) has rules here, which cannot be traced, is not known: \(why.printable)."
        }
    }
}

extension IPAddress.Family {
    fileprivate var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
