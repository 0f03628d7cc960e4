package enum MetricFormat: Equatable, Sendable, CaseIterable {
    /// Prometheus' text format, version 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The HTTP header Content-Type.
    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The one that a client prefers; Prometheus' where it accepts neither, as other exporters do.
    ///
    /// - Parameter headers: the values of the header Accept (RFC 9110, 12.5.1).
    package init(accepted headers: [String]) {
        let ranges = headers.flatMap { $0.split(separator: ",") }.map(Range.init)
        let openMetrics = ranges.filter(\.isOpenMetrics).map(\.quality).max() ?? 0
        let prometheus = ranges.filter(\.isPrometheus).map(\.quality).max() ?? 0
        self = openMetrics > 0 && openMetrics >= prometheus ? .openMetrics : .prometheus
    }

    /// `text/plain;version=0.0.4;q=0.5`
    private struct Range {
        private let type: String
        private let version: String?
        let quality: Double

        init(_ text: Substring) {
            let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            func parameter(_ name: String) -> String? {
                parts.dropFirst().first { $0.hasPrefix("\(name)=") }.map {
                    $0.dropFirst(name.count + 1).filter { $0 != "\"" }
                }
            }
            type = parts.first ?? ""
            version = parameter("version")
            quality = parameter("q").map { Double($0) ?? 0 } ?? 1
        }

        var isOpenMetrics: Bool { type == "application/openmetrics-text" && (version == nil || version == "1.0.0") }
        var isPrometheus: Bool {
            ["text/plain", "text/*", "*/*"].contains(type) && (version == nil || version == "0.0.4")
        }
    }
}
