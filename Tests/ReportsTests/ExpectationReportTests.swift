import Addresses
import Conntrack
import Foundation
import Reports
import TestSupport
import Testing

struct ExpectationReportTests {
    @Test func theTableShowsWhatTheMaskLeavesOpen() throws {
        var odd = try expectation()
        odd.mask.source = IPAddress("255.0.255.0")
        odd.mask.discriminator = .ports(source: 0xFF00, destination: 0xFFFF)
        odd.flags = [.permanent, Conntrack.Expectation.Flags(rawValue: 1 << 9)]
        var any = try expectation()
        any.mask.source = IPAddress("0.0.0.0")
        #expect(
            [try expectation(), odd, any].text(.plain, width: nil) == [
                "PROTO  SOURCE                         DESTINATION    MASTER-SOURCE  MASTER-DESTINATION  HELPER  CLASS  TIMEOUT  ZONE  FLAGS",
                "tcp    10.0.0.2/24:*                  10.0.0.1:5000  10.0.0.1:1000  10.0.0.2:21         ftp         0      299  0     -",
                "tcp    10.0.0.2/255.0.255.0:7/0xff00  10.0.0.1:5000  10.0.0.1:1000  10.0.0.2:21         ftp         0      299  0     PERMANENT,BIT_9",
                "tcp    *:*                            10.0.0.1:5000  10.0.0.1:1000  10.0.0.2:21         ftp         0      299  0     -",
            ])
        #expect([Conntrack.Expectation]().text(.plain, width: nil) == ["No expectations."])
        #expect([try expectation()].text(.plain, width: 40).first == "PROTO  SOURCE         DESTINATION")
    }

    @Test func theDocumentHasEveryField() throws {
        var expectation = try expectation()
        expectation.id = 7
        expectation.zone = 5
        expectation.flags = [.inactive, .userspace]
        expectation.function = "nat-follow-master"
        expectation.nat = .init(direction: 1, tuple: expectation.tuple)
        expectation.unknown = [UnknownAttribute(path: [10, 9], bytes: [1, 255])]
        let text = written { sink in
            var json = JSONWriter(sink)
            json.expectation(expectation)
            json.finish()
        }
        let ends = #""source":"10.0.0.2","destination":"10.0.0.1","source_port":7,"destination_port":5000"#
        #expect(
            text == #"{"family":"ipv4","protocol":"tcp","protocol_number":6,"tuple":{"# + ends + "},"
                + #""mask":{"source":"255.255.255.0","destination":"255.255.255.255","source_port":0,"#
                + #""destination_port":65535},"master":{"source":"10.0.0.1","destination":"10.0.0.2","source_port":1000,"#
                + #""destination_port":21},"timeout":299,"zone":5,"id":7,"flags":["INACTIVE","USERSPACE"],"class":0,"#
                + #""helper":"ftp","function":"nat-follow-master","nat":{"direction":"reply","tuple":{"# + ends
                + #"}},"unknown":[{"attribute":[10,9],"bytes":"01ff"}]}"# + "\n")
    }

    private func expectation() throws -> Conntrack.Expectation {
        var expectation = Conntrack.Expectation()
        expectation.family = 2
        expectation.tuple = try tuple("10.0.0.2:7", "10.0.0.1:5000")
        expectation.mask = try tuple("255.255.255.0:0", "255.255.255.255:65535")
        expectation.master = try tuple("10.0.0.1:1000", "10.0.0.2:21")
        expectation.timeout = 299
        expectation.class = 0
        expectation.helper = "ftp"
        return expectation
    }

    private func tuple(_ source: String, _ destination: String) throws -> Tuple {
        let (source, destination) = (try at(source), try at(destination))
        var tuple = Tuple()
        tuple.protocol = .tcp
        (tuple.source, tuple.destination) = (source.address, destination.address)
        tuple.discriminator = .ports(source: source.port, destination: destination.port)
        return tuple
    }
}
