import Addresses
import Inspection

extension ObservationNotice {
    /// A line for the reader.
    package var sentence: String {
        switch self {
        case .startedTracking(let family):
            "conntrack was not active for \(family.name) here: the rules of ct-inspect activate it while this runs"
        case .leftOut(let family):
            "\(family.name) is not observed: conntrack is not active for it here (--start-tracking activates it)"
        case .unknownTracking(let family, let why):
            "whether conntrack was active for \(family.name) before this started is unknown: \(why)"
        case .legacyTables(let program, let names):
            "\(program) has tables here (\(names.joined(separator: ", ").printable)), whose rules cannot be traced: "
                + "of the packets counted before the filter but not after it, only the traced drops are certainly due to nf_tables."
        case .unknownLegacyTables(let program, let why):
            "Whether \(program) has rules here (which cannot be traced) is unknown: \(why.printable)."
        }
    }
}

extension IPAddress.Family {
    fileprivate var name: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
