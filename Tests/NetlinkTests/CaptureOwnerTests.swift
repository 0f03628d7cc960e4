import Foundation
import TestSupport
import Testing

@testable import Netlink

struct CaptureOwnerTests {
    /// The owner of everything in the capture, and of the capture itself.
    private func owners(_ path: String) throws -> Set<Int> {
        let below = try FileManager.default.subpathsOfDirectory(atPath: path).map { path + "/" + $0 }
        return Set(
            try ([path] + below).map {
                try #require(FileManager.default.attributesOfItem(atPath: $0)[.ownerAccountID] as? Int)
            })
    }

    @Test("Under sudo the finished capture belongs to the invoking user, directories included", .needsRoot)
    func handedOver() throws {
        try inTemporaryFolder { folder in
            for (name, owner, expected) in [
                ("theirs", FileOwner(user: 65534, group: 65534), 65534), ("ours", nil, 0),
            ] {
                let path = folder + "/" + name
                let recording = try RecordingKernel(LiveKernel(), into: path, for: owner, tool: "ct-inspect tests")
                _ = try recording.text(of: KernelFile("proc/sys/kernel/ostype"))
                try recording.finish()
                #expect(try owners(path) == [expected])
                #expect(try CapturedKernel(path).text(of: KernelFile("proc/sys/kernel/ostype")) == "Linux")
            }
        }
    }
}
