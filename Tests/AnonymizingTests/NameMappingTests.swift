import Anonymizing
import Foundation
import TestSupport
import Testing

@Suite("Names are replaced, except those that anybody has")
struct NameMappingTests {
    private static func mapping() throws -> NameMapping {
        let key = try #require(AnonymizingKey([UInt8](repeating: 7, count: 32)))
        _ = try Anonymizer(key)
        return NameMapping(key)
    }

    @Test(
        "Usual names of interfaces stay",
        arguments: [
            "lo", "eth0", "eth0.100", "eth0:1", "ens3f0np1", "enp0s31f6", "bond0", "kube-ipvs0", "docker0", "tunl0",
            "vlan100", "all", "default",
        ])
    func usual(_ name: String) throws {
        var mapping = try Self.mapping()
        #expect(mapping.interface(name) == name)
    }

    @Test("Others keep their lengths, kinds of characters and beginnings")
    func interfaces() throws {
        var mapping = try Self.mapping()
        let names = ["dmz-acme0", "dmz-acme1", "dmz-bank0", "customer7", "br-4f1a90c3b2d1", "ethical0", "etc"]
        let mapped = names.map { mapping.interface($0) }
        for (one, other) in zip(names, mapped) {
            #expect(one != other && one.utf8.count == other.utf8.count)
            for name in names {
                let beginning = name.commonPrefix(with: one)
                #expect(mapping.interface(beginning) == String(other.prefix(beginning.count)))
            }
        }
        #expect(Set(mapped).count == names.count)
    }

    @Test("Chains of managers of rules stay; what names a user's service in them does not")
    func chains() throws {
        var mapping = try Self.mapping()
        for name in ["INPUT", "filter", "ufw-user-input", "DOCKER-USER", "KUBE-SERVICES", "firewalld", "__set12"] {
            #expect(mapping.name(name) == name)
        }
        #expect(mapping.name("KUBE-SVC-NPX46M4PTMTKRN6Y").hasPrefix("KUBE-SVC-x"))
        #expect(!mapping.name("KUBE-SVC-NPX46M4PTMTKRN6Y").contains("NPX46M4PTMTKRN6Y"))
        let mapped = mapping.name("customers-of-acme")
        #expect(mapped.utf8.count == 10 && !mapped.contains("acme"))
        #expect(mapping.name("customers-of-acme") == mapped)
        // FireHOL's pairs are pairs still.
        #expect(mapping.name("in_dmz").dropFirst(3) == mapping.name("out_dmz").dropFirst(4))
    }

    @Test("With another key they are others")
    func keys() throws {
        var one = try Self.mapping()
        var two = NameMapping(AnonymizingKey())
        #expect(one.name("acme") != two.name("acme"))
        #expect(one.text(Array("a comment".utf8)) != two.text(Array("a comment".utf8)))
        #expect(one.text(Array("a comment".utf8)).count == 9)
    }
}

@Suite("The key of replacements")
struct AnonymizingKeyTests {
    @Test("It is made if there is none, only for its owner, and read again")
    func file() throws {
        try inTemporaryFolder { folder in
            let path = folder + "/key"
            let made = try AnonymizingKey(file: path)
            let status = try FileManager.default.attributesOfItem(atPath: path)
            #expect(status[.posixPermissions] as? Int == 0o600)
            var (one, two) = (NameMapping(made), NameMapping(try AnonymizingKey(file: path)))
            _ = try Anonymizer(made)
            #expect(one.name("acme") == two.name("acme"))
        }
    }

    @Test("One that others can read is refused, and so is what is no key")
    func refused() throws {
        try inTemporaryFolder { folder in
            let path = folder + "/key"
            _ = try AnonymizingKey(file: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            #expect(throws: (any Error).self) { try AnonymizingKey(file: path) }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try "0123".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: (any Error).self) { try AnonymizingKey(file: path) }
            #expect(throws: (any Error).self) { try AnonymizingKey(file: folder) }
        }
    }
}
