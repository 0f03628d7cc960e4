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
}
