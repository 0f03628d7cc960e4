// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: Swift 6 mode (complete concurrency checking), members visible only through
/// an import of their own module, and no warning left standing.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
    name: "ct-inspect",
    products: [.executable(name: "ct-inspect", targets: ["ct-inspect"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    ],
    targets: [
        .systemLibrary(name: "CNetlink"),
        .systemLibrary(name: "CNCurses"),
        .target(name: "CLinux"),
        .target(name: "CArchive"),
        .target(name: "CNettle"),
        library("Addresses", []),
        library("Packets", ["Addresses"]),
        library("Archives", ["CArchive", systemPackage]),
        library("Netlink", ["Addresses", "Archives", "CNetlink", "CLinux", systemPackage]),
        library("Anonymizing", ["Addresses", "Netlink", "CNetlink", "CNettle", systemPackage]),
        .target(
            name: "BPF", dependencies: ["Addresses", "Netlink", "CLinux", systemPackage], exclude: ["Programs"],
            swiftSettings: strict),
        library("Records", ["Addresses", "Archives", "Netlink", systemPackage]),
        library("Conntrack", ["Addresses", "Netlink", "CNetlink", systemPackage]),
        library("Processes", ["Netlink", "CLinux", systemPackage]),
        library("IPVS", ["Addresses", "Netlink", "CNetlink", systemPackage]),
        library("Routing", ["Addresses", "Netlink", "CNetlink"]),
        library("Sockets", ["Addresses", "Netlink", "CNetlink"]),
        library("Firewall", ["Addresses", "Conntrack", "Netlink", "Processes", "CNetlink", "CLinux", systemPackage]),
        library("Inspection", ["Addresses", "Conntrack", "IPVS", "Firewall", "Sockets"]),
        library("Advice", ["Addresses", "IPVS", "Firewall", "Inspection"]),
        library(
            "Sandbox",
            [
                "Addresses", "Netlink", "Routing", "Conntrack", "IPVS", "Firewall", "Inspection", "Packets",
                "Processes", "CNetlink", "CLinux", systemPackage,
            ]),
        library(
            "Collection",
            [
                "Addresses", "Netlink", "Conntrack", "IPVS", "Firewall", "Routing", "Sockets", "Inspection", "Advice",
                "Records", "Sandbox", "CLinux", systemPackage,
            ]),
        library("Reports", ["Addresses", "Conntrack", "IPVS", "Firewall", "Sockets", "Inspection", "Advice"]),
        library(
            "Terminal",
            ["Addresses", "Conntrack", "IPVS", "Firewall", "Inspection", "Reports", "CLinux", "CNCurses"]),
        library("Serving", nio),
        library(
            "CTInspectCommand",
            [
                "Addresses", "Anonymizing", "Netlink", "BPF", "Conntrack", "IPVS", "Firewall", "Routing", "Inspection",
                "Advice", "Collection",
                "Records", "Reports", "Serving", "Terminal", "CLinux", argumentParser, systemPackage,
            ]),
        .executableTarget(
            name: "ct-inspect", dependencies: ["CTInspectCommand"], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Addresses", "Netlink", "CLinux"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "TableSupport", dependencies: ["Addresses", "Netlink", "CNetlink", "TestSupport"],
            path: "Tests/TableSupport", swiftSettings: strict),
        .target(
            name: "ObservationSupport", dependencies: ["Addresses", "Conntrack", "IPVS", "Firewall", "Inspection"],
            path: "Tests/ObservationSupport", swiftSettings: strict),
        tests("AddressesTests", ["Addresses"]),
        tests("ArchivesTests", ["Archives", systemPackage]),
        tests("AnonymizingTests", ["Anonymizing", "Addresses", "Netlink", "CNetlink"]),
        tests("NetlinkTests", ["Netlink", "Addresses", "CNetlink"]),
        tests("RecordsTests", ["Records", "Addresses", "Archives", "Netlink", "CLinux", systemPackage]),
        tests("ProcessesTests", ["Processes", "Netlink"]),
        tests("BPFTests", ["BPF", "Netlink", "CLinux"]),
        tests(
            "ConntrackTests", ["Conntrack", "CNetlink", "Netlink", "Addresses", "Packets", "Reports", "TableSupport"]),
        tests("IPVSTests", ["IPVS", "Netlink", "Addresses", "CNetlink"]),
        tests("SocketsTests", ["Sockets", "Netlink", "Addresses", "CNetlink"]),
        tests("RoutingTests", ["Routing", "Netlink", "Addresses", "CNetlink"]),
        tests(
            "FirewallTests", ["Firewall", "Conntrack", "Netlink", "Addresses", "CNetlink", "Packets", "TableSupport"]),
        tests(
            "ExhaustiveTests",
            ["Inspection", "Firewall", "Conntrack", "Netlink", "Addresses", "Packets", "TableSupport"]),
        tests(
            "SandboxTests",
            [
                "Sandbox", "Advice", "Collection", "Inspection", "Firewall", "Conntrack", "IPVS", "Routing", "Netlink",
                "CNetlink",
                "Addresses", "Packets",
                "Processes", "Reports",
            ]),
        tests(
            "InspectionTests",
            [
                "Inspection", "Conntrack", "IPVS", "Firewall", "Sockets", "Netlink", "Addresses", "Reports",
                "ObservationSupport",
            ]),
        tests(
            "CollectionTests",
            [
                "Collection", "Inspection", "Conntrack", "Firewall", "IPVS", "Routing", "Netlink", "Addresses",
                "Packets", "Records",
                "Reports", "TableSupport",
            ]),
        tests(
            "ReportsTests",
            [
                "Reports", "Inspection", "Conntrack", "IPVS", "Firewall", "Netlink", "Addresses", "ObservationSupport",
                "TableSupport",
            ]),
        tests("ServingTests", ["Serving"]),
        tests(
            "TerminalTests",
            [
                "Terminal", "Inspection", "Conntrack", "IPVS", "Firewall", "Addresses", "Reports", "ObservationSupport",
                "CLinux",
            ]),
        tests(
            "CommandTests",
            [
                "ct-inspect", "CTInspectCommand", "Addresses", "Anonymizing", "Netlink", "Conntrack", "IPVS",
                "Firewall",
                "Routing", "Inspection", "Collection", "Packets", "Reports", "Terminal", "CNetlink", "TableSupport",
                "ObservationSupport", argumentParser,
            ]),
    ]
)

/// The fuzz targets need libFuzzer's runtime and code built for it: Tests/Fuzz/run sets this and builds them apart.
if Context.environment["CT_INSPECT_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "CTInspectCommand", "Addresses", "Anonymizing", "Netlink", "BPF", "Conntrack", "IPVS",
                "Firewall",
                "Routing", "Sockets", "Inspection", "Collection", "Records", "Reports", "Terminal", argumentParser,
                systemPackage,
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
    ]
}
