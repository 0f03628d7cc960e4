import Addresses
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

/// The same tables are in Tests/Fixtures/observation, in nft(8)'s syntax.
@Suite("The observation table as nft reads it", .needsRoot, .needsTool("nft"))
struct ObservationListingTests {
    private static var options: ObservationOptions {
        var options = ObservationOptions()
        options.traceRate = 10
        options.samples = .init(count: 3, group: 700)
        return options
    }

    @Test func portsOfIPv6() throws {
        let endpoint = Endpoint(IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 0x64), 443)
        var targets = ObservationTargets()
        targets.entering = [.port(.udp, endpoint), .port(.sctp, endpoint)]
        (targets.leaving, targets.answering) = (targets.entering, targets.entering)
        try expectListedAlike(targets, "ip6-ports", family: "ip6")
    }

    @Test func portsAddressesAndMarksOfBothFamilies() throws {
        var targets = ObservationTargets()
        targets.entering = [
            .port(.tcp, Endpoint(IPAddress(ipv4: 0x0A00_0064), 80)),
            .address(IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 0x64)),
        ]
        targets.marks = [.init(7, .ipv4)]
        try expectListedAlike(targets, "inet-mixed", family: "inet")
    }

    private func expectListedAlike(_ targets: ObservationTargets, _ file: String, family: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Fixtures/observation/\(file).nft"
        ).standardized.path
        let ours = try inFreshNamespace {
            let table = try ObservationTable(of: targets, Self.options, name: "mine", in: LiveKernel())
            return try Tool.run("nft list table \(family) \(table.name)")
        }
        let theirs = try inFreshNamespace {
            try Tool.run("nft -f \(path)")
            return try Tool.run("nft list table \(family) mine")
        }
        #expect(ours.contains("flags owner"))
        #expect(Self.blocks(of: ours) == Self.blocks(of: theirs))
    }

    /// Sets, chains and so on, whose order means nothing; the lines in each are in order.
    private static func blocks(of listing: String) -> [String] {
        let lines = listing.split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.filter { !$0.hasPrefix("table ") && !$0.hasPrefix("}") && $0 != "\tflags owner" }
        return table.split(separator: "").map { $0.joined(separator: "\n") }.sorted()
    }
}
