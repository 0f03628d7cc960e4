import Foundation
import TestSupport
import Testing

/// `scripts/check-metrics`, which checks pages of `export`.
enum MetricsScript {
    private static let path = Fixture.checkout.appendingPathComponent("scripts/check-metrics").path

    /// False without Debian's prometheus and python3-prometheus-client.
    private static let works = ["prometheus", "openmetrics"].allSatisfy { format in
        let end = format == "openmetrics" ? "# EOF\n" : ""
        let page = "# HELP ctinspect_x X.\n# TYPE ctinspect_x gauge\nctinspect_x 1\n\(end)"
        let outcome = try? Program.shell(#"printf '%s' "$2" | "$0" "$1""#, [path, format, page])
        return outcome?.output == "1 passed, 0 failed\n"
    }

    static let isThere = works || isContinuousIntegration
    static let needed: Comment = "needs Debian's prometheus and python3-prometheus-client"

    static func expectValid(_ format: String, _ page: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("page")
        try Data(page.utf8).write(to: file)
        let outcome = try Program.shell(#"exec "$0" "$1" "$2""#, [path, format, file.path])
        #expect(outcome.output == "1 passed, 0 failed\n", "\(outcome.complaint)")
    }
}
