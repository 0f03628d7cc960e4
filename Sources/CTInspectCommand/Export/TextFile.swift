import Collection
import Glibc
import Netlink
import Reports
import SystemPackage

/// The file that node_exporter's textfile collector reads, always as a whole.
struct TextFile: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    func write(_ page: MetricPage) throws(KernelError) {
        var text = page.text(.prometheus)
        var bytes: [UInt8] = []
        while let piece = text.next() { bytes += piece }
        do throws(Errno) {
            try ReplacedFile.write(bytes, to: path, isForAll: true)
        } catch {
            throw KernelError(
                "write \(path)", error, nextStep: error == .noSuchFileOrDirectory ? "make its directory" : nil)
        }
    }

    /// Writes it again and again, on a thread of its own with the capabilities that the calling thread has now, until a stop is requested.
    func keepWriting(_ board: ExportBoard, every interval: Duration) throws(KernelError) {
        let thread = try BackgroundThread.start("write \(path)") {
            do throws(KernelError) {
                let waiter = try Waiter(output: nil, catchingStops: true)
                var last: String?
                while try waiter.wait(upTo: interval) != .stopped {
                    let trouble = failure(board)
                    if let trouble, trouble != last { Output.complain(trouble) }
                    last = trouble
                }
            } catch { Output.complain(error.description.printable) }
        }
        pthread_detach(thread)
    }

    private func failure(_ board: ExportBoard) -> String? {
        do throws(KernelError) { try write(board.page) } catch { return error.description.printable }
        return nil
    }
}
