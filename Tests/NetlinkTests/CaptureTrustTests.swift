import Foundation
import TestSupport
import Testing

@testable import Netlink

/// A capture forged by one user, read by a user with more rights.
struct CaptureTrustTests {
    static let folder = KernelFile("proc/net/stat")

    /// Replaces a directory of the capture by a link to a directory elsewhere, with the same files.
    static func link(_ path: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: "\(path)/proc/net", toPath: other)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/proc/net", withDestinationPath: other)
    }

    @Test("A directory that is a link is not followed, whether or not its files have the right checksums")
    func linkedFolders() throws {
        try inTemporaryFolder { other in
            try CaptureDamageTests.damaged {
                try Self.link($0, to: "\(other)/net")
            } _: { path in
                #expect(CaptureSample.refusal(path)?.cause == .damaged)
                #expect(CaptureSample.refusal(path)?.nextStep == "it was damaged or modified: copy it again")
                let kernel = try CapturedKernel(path, verifying: false)
                #expect(throws: KernelError.self) { try kernel.text(of: CaptureSample.file) }
                #expect(throws: KernelError.self) { try kernel.list(Self.folder) }
            }
        }
    }

    @Test("A directory that becomes a link after verification is not followed")
    func linkedLater() throws {
        try inTemporaryFolder { other in
            try inTemporaryFolder { path in
                try CaptureSample.write(into: path)
                let kernel = try CapturedKernel(path)
                try Self.link(path, to: "\(other)/net")
                #expect(throws: KernelError.self) { try kernel.text(of: CaptureSample.file) }
            }
        }
    }

    @Test("A capture that is moved while it is read stays readable")
    func moved() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/one"
            try CaptureSample.write(into: path)
            let kernel = try CapturedKernel(path)
            try FileManager.default.moveItem(atPath: path, toPath: "\(folder)/two")
            #expect(try kernel.text(of: CaptureSample.file) == "first reading")
        }
    }

    @Test("A file without a checksum is neither listed nor read")
    func unlisted() throws {
        try CaptureDamageTests.damaged { path in
            try Data("1\n".utf8).write(to: URL(fileURLWithPath: "\(path)/proc/net/stat/other"))
        } _: { path in
            let kernel = try CapturedKernel(path)
            #expect(try kernel.list(Self.folder) == ["nf_conntrack"])
            let other = KernelFile("proc/net/stat/other")
            let error = #expect(throws: KernelError.self) { try kernel.text(of: other) }
            #expect(error?.detail == "the capture does not contain it")
            #expect(try CapturedKernel(path, verifying: false).text(of: other) == "1")
        }
    }

    @Test("Second readings do not appear as files of the kernel", arguments: [true, false])
    func secondReadings(verifying: Bool) throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let kernel = try CapturedKernel(path, verifying: verifying)
            #expect(try kernel.list(Self.folder) == ["nf_conntrack"])
            // A file that the kernel did not provide text for existed, and reading it gives the reason.
            #expect(try kernel.list(KernelFile("proc/net")) == ["ip_vs_conn", "stat"])
            let error = #expect(throws: KernelError.self) { try kernel.list(KernelFile("proc/sys")) }
            #expect(error?.detail == "the capture does not contain it")
            #expect(error?.nextStep != nil)
        }
    }

    @Test(
        "Paths that lead outside are rejected",
        arguments: [
            "../passwd", "proc/../../passwd", "/etc/passwd", "proc//stat", "./proc", "proc/", "", "proc\0",
            "..//\u{301}passwd",
        ])
    func paths(_ path: String) throws {
        #expect(Folder.components(of: path) == nil)
        try inTemporaryFolder { folder in
            try CaptureSample.write(into: folder)
            for verifying in [true, false] {
                let kernel = try CapturedKernel(folder, verifying: verifying)
                #expect(throws: KernelError.self) { try kernel.text(of: KernelFile(path)) }
                #expect(throws: KernelError.self) { try kernel.list(KernelFile(path)) }
            }
        }
    }

    /// In Swift, `/` and a combining mark form one character, which is not `/`; to the kernel it is a slash.
    @Test func aSlashUnderAMarkIsASlash() {
        #expect(Folder.components(of: "link/\u{301}secret") == ["link", "\u{301}secret"])
    }

    @Test(.needsRoot) func devicesAreNotRead() throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            try FileManager.default.removeItem(atPath: "\(path)/proc/net/stat/nf_conntrack")
            try Tool.run("mknod \(path)/proc/net/stat/nf_conntrack c 1 5")
            #expect(CaptureSample.refusal(path)?.cause == .damaged)
            #expect(CaptureSample.refusal(path, verifying: false)?.cause == .damaged)
        }
    }

    @Test func aFileOfMoreThanAMebibyteIsNoText() throws {
        let file = KernelFile("proc/file")
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 19)
        let exact = ScriptedKernel(files: [file.path: [piece, piece]])
        #expect(try exact.text(of: file).utf8.count == 1 << 20)
        let longer = ScriptedKernel(files: [file.path: [piece, piece, [0x0A], piece]])
        let error = #expect(throws: KernelError.self) { try longer.text(of: file) }
        #expect(error?.cause == .damaged)
        #expect(error?.nextStep != nil)
        #expect(try longer.text(of: file, atMost: 2 << 20).utf8.count == 3 << 19 | 1)
    }

    @Test func aTextThatWasCutIsAnError() throws {
        let file = KernelFile("proc/kallsyms")
        try inTemporaryFolder { path in
            let recording = try RecordingKernel(LiveKernel(), into: path, tool: "ct-inspect tests")
            _ = try recording.read(file, within: .zero) { _ in }
            try recording.finish()
            let error = #expect(throws: KernelError.self) { try CapturedKernel(path).text(of: file, atMost: .max) }
            #expect(error?.detail == "reading /proc/kallsyms was stopped after 0 s")
        }
    }

    @Test("A terabyte that takes no space on the disk is not read")
    func sparse() throws {
        try CaptureDamageTests.damaged { path in
            #expect(truncate("\(path)/netlink.pcap", 1 << 40) == 0)
        } _: { path in
            let error = CaptureSample.refusal(path)
            #expect(error?.cause == .damaged && error?.detail == "its files have more than 8 GiB")
        }
    }

    @Test("Any number of things that could not be read are each looked at once")
    func manyUnread() throws {
        try CaptureDamageTests.damaged { path in
            let items = (2..<60_002).map { number in
                ##"{"what": "proc/sys/a.\##(number)/b", "cause": "absent", "why": "x"}"##
            }
            try change("\(path)/manifest.json") { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Array(
                    text.replacing(/"unread" : \[/) { _ in "\"unread\" : [\(items.joined(separator: ",")), " }.utf8)
            }
        } _: { path in
            let start = ContinuousClock.now
            let kernel = try CapturedKernel(path, verifying: false)
            for _ in 0..<20 { #expect(try kernel.list(KernelFile("proc/sys")).count == 60_000) }
            #expect(throws: KernelError.self) { try kernel.text(of: KernelFile("proc/sys/a.5/b")) }
            // It takes a second or two, and would take hours if each were compared with each.
            #expect(ContinuousClock.now - start < .seconds(120))
        }
    }

    @Test(
        "What names the host is no longer than a host can have it, and has no control characters",
        arguments: ["host", "kernel", "tool"], [String(repeating: "x", count: 65), #"\u001b[2J"#])
    func junk(_ member: String, _ text: String) throws {
        try CaptureDamageTests.damaged { path in
            try change("\(path)/manifest.json") { bytes in
                let old = String(decoding: bytes, as: UTF8.self)
                guard let start = old.range(of: "\"\(member)\" : \"")?.upperBound,
                    let end = old[start...].firstIndex(of: "\"")
                else { return }
                bytes = Array((old[..<start] + text + old[end...]).utf8)
            }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged && error?.detail == "its \(member) is nothing that ct-inspect writes")
        }
    }

    @Test(
        "What could not be read is something that we write, too",
        arguments: [
            #""what": "", "why": "x""#, #""what": "a", "errno": 0, "why": "x""#,
            #""what": "a", "errno": 4096, "why": "x""#,
            #""what": "\#(String(repeating: "x", count: 4097))", "why": "x""#,
            #""what": "a", "why": "\#(String(repeating: "x", count: 8193))""#,
        ])
    func junkUnread(_ members: String) throws {
        try CaptureDamageTests.damaged { path in
            try change("\(path)/manifest.json") { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Array(text.replacing(/"unread" : \[/) { _ in "\"unread\" : [{\(members)}, " }.utf8)
            }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged && error?.detail == "its unread is nothing that ct-inspect writes")
        }
    }

    @Test("Verifying tells how far it is, to the last byte")
    func progress() throws {
        try inTemporaryFolder { path in
            _ = try CaptureSample.write(into: path)
            var heard: [Int] = []
            var sizes: Set<Int> = []
            _ = try CapturedKernel(path) { bytes, size in
                heard.append(bytes)
                sizes.insert(size)
            }
            #expect(heard == heard.sorted() && heard.last == sizes.first && sizes.count == 1)
        }
    }

    @Test func aManifestTooLongIsAnErrorAndNotCut() throws {
        try CaptureDamageTests.damaged { path in
            try change("\(path)/manifest.json") { $0 += [UInt8](repeating: UInt8(ascii: " "), count: 16 << 20) }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged)
            #expect(error?.description.contains("File too large") == true)
        }
    }
}
