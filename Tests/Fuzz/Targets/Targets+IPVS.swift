import Addresses
import Collection
import Inspection
import Reports

@testable import BPF
@testable import IPVS
@testable import Netlink

extension FuzzTarget {
    /// Services and connections, in all the ways in which they are read.
    static let ipvs = [
        FuzzTarget("services", services),
        FuzzTarget("connection-rows", longest: 1024, rows),
        FuzzTarget("connection-records", records),
        FuzzTarget("bpf-types", types),
        FuzzTarget("saved-services", longest: 1024, saved),
    ]

    private static let presence = ["proc/net/ip_vs_stats": [UInt8]()]

    @Sendable private static func services(_ bytes: [UInt8]) {
        do throws(KernelError) {
            let director = try Director(FuzzedKernel(answers: bytes, files: presence))
            _ = try director.services()
        } catch { Printed.error(error) }
        // A collector asks for the family, the settings, and then for the services.
        do throws(KernelError) {
            let collector = try FlowCollector(FuzzedKernel(answers: bytes, files: presence))
            let snapshot = try collector.servicesSnapshot()
            let configuration = try collector.director.configuration()
            Printed.text(snapshot.servicesText(configuration) + snapshot.servicesRemarks(configuration))
            Printed.json { snapshot.writeServicesJSON(configuration, to: $0) }
        } catch { Printed.error(error) }
    }

    /// Split anywhere, a file has the same rows.
    @Sendable private static func rows(_ bytes: [UInt8]) {
        let place = bytes.first.map { Int($0) % bytes.count } ?? 0
        for hasOrigins in [false, true] {
            let whole = connections([bytes[...]], hasOrigins)
            let parts = connections([bytes[..<place], bytes[place...]], hasOrigins)
            Finding.require(whole == parts, "a file in pieces has other rows")
            for connection in whole ?? [] { _ = connection.client.description + connection.state.name }
        }
    }

    /// Nil if they are refused.
    private static func connections(_ pieces: [ArraySlice<UInt8>], _ hasOrigins: Bool) -> [Connection]? {
        var parser = ConnectionParser(hasOrigins: hasOrigins)
        var found: [Connection] = []
        do throws(DecodeError) {
            for piece in pieces { try parser.take(piece.span.bytes, into: &found) }
            try parser.end(.whole)
            return found
        } catch { return nil }
    }

    /// Split anywhere, a file has the same records; and what is whole there is whole for the decoder.
    @Sendable private static func records(_ bytes: [UInt8]) {
        let place = bytes.first.map { Int($0) % bytes.count } ?? 0
        let whole = records([bytes[...]])
        Finding.require(whole == records([bytes[..<place], bytes[place...]]), "a file in pieces has other records")
        for connection in whole ?? [] { Printed.text([connection.client.description]) }
    }

    /// Nil if they are refused. Reading ends with the first that is.
    private static func records(_ pieces: [ArraySlice<UInt8>]) -> [Connection]? {
        var splitter = ConnectionRecordFile.Splitter()
        var found: [Connection] = []
        var failure: DecodeError?
        for piece in pieces {
            splitter.take(piece.span.bytes) { batch in
                guard failure == nil else { return }
                do throws(DecodeError) { try Connection.decode(batch, into: &found) } catch { failure = error }
            }
        }
        splitter.finish()
        // Of a record that is whole for one, nothing but its engine's name and data can be wrong for the other.
        if let failure { Finding.require("\(failure)".contains("persistence engine"), "no whole records: \(failure)") }
        return splitter.damage == nil && failure == nil ? found : nil
    }

    /// The kernel's own description of its types; and, with a layout from it, rows that were copied from the kernel.
    @Sendable private static func types(_ bytes: [UInt8]) {
        guard let kernel = TypeInformation(bytes) else { return }
        let module = TypeInformation(bytes, base: kernel)
        _ = module?.structures(["ip_vs_conn", "netns_ipvs", "ip_vs_pe"])
        guard let layout = try? ConnectionLayout(kernel, module, copying: ConnectionWalk.mostCopied) else { return }
        var encoder = RecordEncoder(layout)
        encoder.begin(jiffies: 4_300_000_000)
        let rows = (0..<2 * ConnectionWalk.rowSize).map { bytes[$0 * 7 % bytes.count] }
        rows.withUnsafeBytes { rows in
            encoder.encode(rows) { batch in
                var found: [Connection] = []
                do throws(DecodeError) { try Connection.decode(batch, into: &found) } catch {
                    Finding.report("our own records are damaged: \(error)")
                }
            }
        }
    }

    /// What `ipvsadm -S` writes.
    @Sendable private static func saved(_ bytes: [UInt8]) {
        do throws(KernelError) {
            let saved = try SavedServices(String(decoding: bytes, as: UTF8.self), named: "services")
            for service in saved.services {
                Printed.text([service.identity.description] + service.destinations.map(\.endpoint.description))
            }
        } catch { Printed.error(error) }
    }
}
