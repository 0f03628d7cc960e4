// swift-tools-version: 6.2
import PackageDescription

/// The benchmarks are a separate package, so that the program builds without them. They share none of its code: a
/// baseline or a generator that did would share its faults. The C programs in Tools are built by the Makefile: SwiftPM
/// would link them with Swift's library, whose startup and memory would then be measured too.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "ct-inspect-benchmarks",
    targets: [
        .target(name: "CBench", cSettings: [.treatAllWarnings(as: .error)]),
        .executableTarget(name: "benchmarks", dependencies: ["CBench"], swiftSettings: strict),
        .testTarget(name: "BenchmarksTests", dependencies: ["benchmarks"], swiftSettings: strict),
    ]
)
