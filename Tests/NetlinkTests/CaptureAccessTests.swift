import Addresses
import Foundation
import Netlink
import SystemPackage
import TestSupport
import Testing

/// Who owns a capture, and who may read it.
struct CaptureAccessTests {
    private static func record(into path: String) throws -> RecordingKernel {
        try RecordingKernel(
            ScriptedKernel(files: ["proc/net/file": [[0x31, 0x0A]]]), into: path, tool: "ct-inspect tests")
    }

    private static func refusal(_ path: String) -> KernelError? {
        do throws(KernelError) {
            _ = try RecordingKernel(ScriptedKernel(), into: path, tool: "ct-inspect tests")
            return nil
        } catch { return error }
    }

    private static func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private static func setMode(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func isForItsOwnerAlone() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            try CaptureSample.write(into: path)
            #expect(try Self.mode(path) == 0o700)
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
                let isFile = try files(below: path).contains(name)
                #expect(try Self.mode("\(path)/\(name)") == (isFile ? 0o600 : 0o700), "\(name)")
            }
        }
    }

    @Test("The capability to enter the parent directory is no longer needed once the capture is open", .needsRoot)
    func anothersHome() throws {
        try inTemporaryFolder { home in
            try Self.setMode(home, 0o700)
            try Tool.run("chown 65534:65534 \(home)")
            let path = "\(home)/lb1"
            try onOwnThread {
                let recording = try Self.record(into: path)
                try dropCapabilities()
                #expect(access(path, R_OK) != 0 || geteuid() == 0)
                #expect(try recording.text(of: KernelFile("proc/net/file")) == "1")
                try recording.finish()
            }
            #expect(try CapturedKernel(path).text(of: KernelFile("proc/net/file")) == "1")
        }
    }

    @Test("An abandoned capture leaves nothing behind that would block a second attempt", .needsRoot)
    func anothersHomeAbandoned() throws {
        try inTemporaryFolder { home in
            try Tool.run("chown 65534:65534 \(home)")
            let path = "\(home)/lb1"
            try onOwnThread {
                let recording = try Self.record(into: path)
                try dropCapabilities()
                _ = try recording.text(of: KernelFile("proc/net/file"))
                recording.abandon()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
            #expect(Self.refusal(path) == nil)
        }
    }

    @Test("An empty directory that exists already is its owner's alone from then on")
    func existing() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try Self.setMode(path, 0o755)
            try Self.record(into: path).finish()
            #expect(try Self.mode(path) == 0o700)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).contains(".incomplete") == false)
        }
    }

    @Test("What a capture that was killed has left is no capture, and the next one removes it, and nothing else")
    func killed() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            let recording = try Self.record(into: path)
            _ = try recording.text(of: KernelFile("proc/net/file"))
            #expect(throws: KernelError.self) { try CapturedKernel(path) }
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/.incomplete/link", withDestinationPath: "/usr")
            try Self.record(into: path).finish()
            #expect(try CapturedKernel(path).origin.kernelRelease.isEmpty == false)
            #expect(FileManager.default.fileExists(atPath: "/usr/bin"))
            #expect(Self.refusal(path)?.errno == .directoryNotEmpty)
        }
    }

    @Test(
        "A capture that was killed as it moved its files does not block the next one, but what is not of it does",
        arguments: [false, true])
    func killedAsItMoved(hasOther: Bool) throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            let recording = try Self.record(into: path)
            _ = try recording.text(of: KernelFile("proc/net/file"))
            try recording.finish()
            let files = FileManager.default
            try files.createDirectory(atPath: "\(path)/.incomplete", withIntermediateDirectories: false)
            for name in ["netlink.pcap", "CRC32SUMS"] {
                try files.moveItem(atPath: "\(path)/\(name)", toPath: "\(path)/.incomplete/\(name)")
            }
            let other = "\(path)/proc/net/other"
            if hasOther { try Data().write(to: URL(fileURLWithPath: other)) }
            #expect(Self.refusal(path)?.errno == (hasOther ? .directoryNotEmpty : nil))
            #expect(files.fileExists(atPath: other) == hasOther)
        }
    }

    @Test("A file that could not be written fails the capture, also where its reader makes do without it")
    func notWritten() throws {
        try inTemporaryFolder { folder in
            let recording = try Self.record(into: "\(folder)/lb1")
            try Data().write(to: URL(fileURLWithPath: "\(folder)/lb1/.incomplete/proc"))
            #expect(throws: KernelError.self) { try recording.text(of: KernelFile("proc/net/file")) }
            let error = #expect(throws: KernelError.self) { try recording.finish() }
            #expect(error?.asked.hasSuffix("/lb1/proc/net/file") == true, "\(error?.description ?? "")")
        }
    }

    @Test func aLinkIsNoFolderToWriteInto() throws {
        try inTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "real")
            #expect(Self.refusal("\(folder)/link")?.nextStep == "give a directory that does not exist yet")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/real") == [])
        }
    }

    @Test("A directory that others may write to is rejected", arguments: [0o777, 0o775, 0o1777])
    func writable(mode: Int) throws {
        try inTemporaryFolder { path in
            try Self.setMode(path, mode)
            let error = Self.refusal(path)
            #expect(error?.detail == "another user owns it or can write to it")
            #expect(error?.nextStep == "give a directory that does not exist yet")
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
        }
    }

    @Test(.needsRoot) func anothersFolderIsRefused() throws {
        try inTemporaryFolder { path in
            try Tool.run("chown 65534:65534 \(path)")
            #expect(Self.refusal(path)?.detail == "another user owns it or can write to it")
        }
    }

    /// The path now leads elsewhere; the capture still goes to where it started.
    @Test func aPathThatIsSwappedChangesNothing() throws {
        try inTemporaryFolder { folder in
            let (path, other) = ("\(folder)/lb1", "\(folder)/other")
            let recording = try Self.record(into: path)
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
            try FileManager.default.moveItem(atPath: path, toPath: "\(folder)/moved")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "other")
            _ = try recording.text(of: KernelFile("proc/net/file"))
            try recording.finish()
            #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [])
            #expect(try CapturedKernel("\(folder)/moved").text(of: KernelFile("proc/net/file")) == "1")
        }
    }

    @Test("A directory substituted by a link is not written into", arguments: [".incomplete/proc", "proc"])
    func linkInside(name: String) throws {
        try inTemporaryFolder { folder in
            let (path, other) = ("\(folder)/lb1", "\(folder)/other")
            let recording = try Self.record(into: path)
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: other)
            let error = #expect(throws: KernelError.self) {
                _ = try recording.text(of: KernelFile("proc/net/file"))
                try recording.finish()
            }
            #expect(error?.nextStep != nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [])
        }
    }

    @Test("Abandoning a capture removes its own files, and nothing else", arguments: [true, false], [true, false])
    func abandoned(existed: Bool, finished: Bool) throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            if existed {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            }
            let recording = try Self.record(into: path)
            _ = try recording.text(of: KernelFile("proc/net/file"))
            _ = try? recording.text(of: KernelFile("proc/net/none"))
            if finished { try recording.finish() }
            recording.abandon()
            #expect(FileManager.default.fileExists(atPath: path) == existed)
            try CaptureSample.write(into: path)
            #expect(CaptureSample.refusal(path) == nil)
        }
    }

    @Test func whatIsAnothersStaysWhenACaptureIsAbandoned() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/lb1"
            let recording = try Self.record(into: path)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(path)/precious"))
            recording.abandon()
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["precious"])
        }
    }

    @Test("A directory that cannot be created is an error that suggests the next step")
    func notMade() {
        #expect(Self.refusal("/proc/no-such-folder/lb1")?.nextStep == "create its parent directory first")
        #expect(Self.refusal("")?.nextStep != nil)
        #expect(Self.refusal("/")?.nextStep == "give a directory that does not exist yet")
        #expect(Self.refusal("/proc/lb1")?.nextStep != nil)
    }

    @Test func aFolderThatIsNotThereSaysSo() {
        let error = CaptureSample.refusal("/nowhere/at/all")
        #expect(error?.cause == .failed)
        #expect(error?.description.contains("No such file or directory") == true)
        #expect(error?.nextStep == "give what was written by ct-inspect capture")
    }

    @Test("An unreadable capture is reported as such", .needsRoot, arguments: ["", "/CRC32SUMS", "/manifest.json"])
    func forbidden(name: String) throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            try Tool.run("chown 65534:65534 \(path)\(name)")
            try Self.setMode(path + name, name.isEmpty ? 0o700 : 0o600)
            let error = try onOwnThread {
                try dropCapabilities()
                return CaptureSample.refusal(path)
            }
            #expect(error?.cause == .forbidden)
            #expect(error?.nextStep == "run with sudo, or chown it to yourself")
        }
    }
}
