import Reports
import Serving

/// The pages of an exporter.
struct ExportPages: Sendable {
    let board: ExportBoard

    func answer(_ request: PageRequest) -> PageAnswer {
        switch request.path {
        case "/metrics":
            let format = MetricFormat(accepted: request.accept)
            return PageAnswer(200, format.contentType, board.page.text(format))
        case "/-/healthy": return PageAnswer(text: "ct-inspect export is healthy\n")
        case "/-/ready":
            return board.isReady
                ? PageAnswer(text: "ct-inspect export is ready\n")
                : PageAnswer(503, text: "some collectors have not read yet\n")
        case "/": return PageAnswer(200, "text/html; charset=utf-8", PageText(Self.start))
        default: return PageAnswer(404, text: "there are /metrics, /-/healthy and /-/ready\n")
        }
    }

    private static let start = """
        <!DOCTYPE html>
        <html lang="en"><head><title>ct-inspect export</title></head>
        <body><h1>ct-inspect export</h1>
        <p><a href="/metrics">Metrics</a>, <a href="/-/healthy">healthy</a>, <a href="/-/ready">ready</a></p></body></html>

        """
}

extension MetricText: PageBody {}
