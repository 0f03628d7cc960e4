import TestSupport
import Testing

/// Words that conntrack(8) has too, given to both: masks, addresses after NAT, and one entry alone.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct ConntrackWordsTests {
    @Test(
        "Masks choose the bits of addresses that are compared, as in conntrack(8)",
        arguments: [
            ["-s", "10.0.0.5", "--mask-src", "255.0.255.0"], ["-s", "10.0.1.9", "--mask-src", "0.0.255.0"],
            ["-d", "10.7.0.2", "--mask-dst", "255.0.0.3"], ["-s", "10.9.9.9", "--mask-src", "255.0.0.0"],
            ["-s", "192.168.0.1", "--mask-src", "255.255.0.255", "-d", "172.16.9.1", "--mask-dst", "255.255.0.1"],
            ["-d", "2001:db8:7::30", "--mask-dst", "ffff:ffff::f0"], ["-s", "2001::", "--mask-src", "ffff::"],
            ["-s", "2001:db8::1", "--mask-src", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ])
    func masks(_ words: [String]) throws {
        try LiveTable.inside(crowd: 200, timestamps: false) { table in
            let count = try table.expectAlike(["-o", "extended,id"] + words, ["-o", "id"] + words)
            #expect(count > 0)
        }
    }

    @Test("Addresses after --src-nat, --dst-nat and --any-nat choose by what a connection was translated to")
    func translations() throws {
        try LiveTable.inside(crowd: 300, timestamps: false) { table in
            for words in [
                ["--dst-nat", "10.0.0.3"], ["-g", "10.0.0.3:8080"], ["-n", "10.0.0.33"], ["-j", "10.0.0.33"],
                ["--any-nat", "10.0.0.3"], ["--any-nat", "10.0.0.3:8080"], ["--dst-nat", "10.99.0.2"],
                ["--src-nat", "10.98.0.1"], ["--src-nat", "10.98.0.1", "-p", "tcp"], ["-j", "10.99.0.1"],
                ["-p", "tcp", "-g", "10.99.0.1"], ["-n"], ["--dst-nat"], ["-j"],
            ] {
                let count = try table.expectAlike(["-o", "extended,id"] + words, ["-o", "id"] + words)
                #expect(count > 0, "\(words)")
            }
            #expect(try table.expectAlike(["-o", "id", "-g", "10.0.0.4"], ["-o", "id", "-g", "10.0.0.4"]) == 0)
            let lines = try table.lines([Program.path, "dump", "conntrack", "--json", "--dst-nat"]).count
            for words in [["--dst-nat", "conntrack"], ["conntrack", "-g"], ["--dst-nat", "0.0.0.0/0", "conntrack"]] {
                #expect(try table.dump(words + ["--count"]).output == "\(lines)\n", "\(words)")
            }
        }
    }
}
