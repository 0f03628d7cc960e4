import Inspection

extension SandboxSummary {
    /// How it was tried, and what was not.
    var sentences: [String] {
        let ipvs = usesIPVS ? "with IPVS" : "without IPVS"
        return ["The packet filter was tried in a sandbox on Linux \(kernelRelease), \(ipvs)."]
            + untriedByReason.map { "Not tried: \($0.what): \($0.why)." }
    }

    /// Many services lack the same.
    private var untriedByReason: [(what: String, why: String)] {
        var reasons: [(why: String, whats: [String])] = []
        for loss in untried {
            if let place = reasons.firstIndex(where: { $0.why == loss.why }) {
                reasons[place].whats.append(loss.what)
            } else {
                reasons.append((loss.why, [loss.what]))
            }
        }
        return reasons.map { (Finding.list($0.whats), $0.why) }
    }
}

extension JSONWriter {
    /// The member `sandbox`, if there was one.
    mutating func sandbox(_ sandbox: SandboxSummary?) {
        guard let sandbox else { return }
        member("sandbox") { json in
            json.member("kernel", sandbox.kernelRelease)
            json.member("ipvs", sandbox.usesIPVS)
            json.member("not_tried", array: sandbox.untried) { json, loss in
                json.object {
                    $0.member("what", loss.what)
                    $0.member("reason", loss.why)
                }
            }
        }
    }
}
