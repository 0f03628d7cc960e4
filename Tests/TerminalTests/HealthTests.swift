import Addresses
import Conntrack
import Inspection
import Testing

@testable import Terminal

/// What watching costs, in Health.
struct HealthTests {
    private func watching(_ model: Model) -> String {
        model.healthLines.map(\.text).first { $0.hasPrefix("Watching ") } ?? ""
    }

    @Test("Shares of a CPU are shown once they were measured, and never of a capture, which is read once")
    func cost() {
        var model = Models.director(120, 40, tab: .health)
        Models.read(&model, [])
        model.director.take(
            TableStatistics(
                Origin(takenAt: Models.now, host: "lb1", kernelRelease: "6.1", networkNamespace: nil),
                sysctls: Sysctls(), size: TableSize(entries: 5, limit: 10), cpus: []))
        model.director.cost = OwnCost(nil, resident: 12 << 20)
        #expect(watching(model) == "Watching 12 MiB; the last reading took 12 ms")
        model.director.cost = OwnCost(.init(user: 0.78, system: 0.01), resident: 12 << 20)
        let shares = "78.0 % of a CPU, 1.0 % in the kernel for it"
        #expect(watching(model) == "Watching \(shares), 12 MiB; the last reading took 12 ms")
        model.setting.captureTakenAt = Models.now
        #expect(watching(model) == "Watching 12 MiB; the last reading took 12 ms")
    }
}
