import SystemPackage

/// A capture that has been opened, for any number of `CapturedKernel`s, on any thread.
package final class Capture: Sendable {
    let storage: any CaptureStorage

    /// - Throws: `.failed` if there is no such directory; `.forbidden` if it may not be read; `.damaged` if it is none.
    package init(_ path: String) throws(KernelError) {
        let purpose = CaptureFile.purpose(FilePath(path))
        do throws(Errno) { storage = CaptureFolder(try Folder(path)) } catch .noSuchFileOrDirectory {
            throw KernelError(
                purpose, .failed, errno: .noSuchFileOrDirectory, detail: "no such directory",
                nextStep: "give a directory written by ct-inspect capture")
        } catch { throw CaptureFile.noCapture(purpose, error) }
    }
}
