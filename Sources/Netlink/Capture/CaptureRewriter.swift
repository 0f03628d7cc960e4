import Addresses

/// Changes what a `RecordingKernel` writes, and not what its callers get: replaces addresses and names, say.
///
/// The same bytes must be changed in the same way each time, so that who reads the capture finds the answers to its requests: these have
/// been changed, too.
package protocol CaptureRewriter: AnyObject {
    /// Where and when the capture was taken.
    func rewritten(_ origin: Origin) -> Origin

    /// A request, as it was sent. The datagrams that follow are its answer.
    func rewritten(request message: [UInt8], on bus: Request.Bus) -> [UInt8]

    /// A datagram of the answer. It may be withheld until its last one comes, and become several.
    func rewrite(_ datagram: RawSpan, _ write: (RawSpan) -> Void)

    /// The path of a file.
    func rewritten(path: String) -> String

    /// What changes a file's content.
    ///
    /// - Returns: nil if none of it may be written.
    func contentRewriter(for file: KernelFile) -> (any ContentRewriter)?

    /// What was asked for, or why it was not answered, in words.
    func rewritten(sentence: String) -> String

    /// What was not written, as it is not understood, and why.
    var leftOut: [(what: String, why: String)] { get }
}

/// Changes the content of one file, which arrives in pieces, split anywhere.
package protocol ContentRewriter: AnyObject {
    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void)

    /// Marks the end.
    ///
    /// - Returns: why the file must not be kept; nil if it can be.
    func finish(_ write: (RawSpan) -> Void) -> String?
}
