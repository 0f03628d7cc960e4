import Collection
import Netlink

/// The checks of the director on a screen.
extension SourceOptions {
    /// Makes them on a thread of their own. It keeps the capabilities that the calling thread has now, which may then give them up.
    ///
    /// - Parameter kernel: the opened source.
    func checksInBackground(_ kernel: any KernelSource) throws(KernelError) -> BackgroundChecks {
        let netns = namespace.netns
        guard let capture = (kernel as? CapturedKernel)?.capture else {
            return try BackgroundChecks(in: .attempted(nil)) { LiveKernel(networkNamespace: netns) }
        }
        // Not possible any more once there is another thread.
        let shelter = TrialShelter.entered()
        // Its checksums have been compared.
        return try BackgroundChecks(in: shelter, every: nil) { () throws(KernelError) in
            try CapturedKernel(capture, verifying: false)
        }
    }

    /// Makes them before the screen is printed.
    ///
    /// - Parameter kernel: the opened source. A capture is read again, as its answers are given in the order in which they were recorded.
    func checksOnce(_ kernel: any KernelSource) -> BackgroundChecks.News {
        do throws(KernelError) {
            let source = try (kernel as? CapturedKernel).map { kernel throws(KernelError) in
                try CapturedKernel(kernel.capture, verifying: false)
            }
            var checker = DirectorChecker(source ?? kernel, in: .enteredForTrial)
            var news = BackgroundChecks.News.failure(KernelError("check the director", .failed))
            try checker.check(isStopped: { Output.isStopped }) { news = .report($0) }
            return news
        } catch { return .failure(error) }
    }
}
