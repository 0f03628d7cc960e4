import Archives
import TestSupport
import Testing

/// Archives that tar(1) does not make.
struct HostileTarTests {
    private static func archive(_ fill: (inout TarBytes) -> Void) -> [UInt8] {
        var archive = TarBytes()
        fill(&archive)
        archive.end()
        return archive.bytes
    }

    @Test(
        "What is neither a file nor a directory is told apart",
        arguments: [
            ("1", "a hard link"), ("2", "a symbolic link"), ("3", "a device"), ("4", "a device"), ("6", "a FIFO"),
        ] as [(Character, String)])
    func kinds(_ type: Character, _ words: String) throws {
        let unpacked = try Unpacked(
            Self.archive {
                $0.add("a", Array("1\n".utf8))
                $0.add("b", type: type, to: "a")
            })
        #expect(unpacked.others == ["b": .other(words)])
        #expect(unpacked.files == ["a": Array("1\n".utf8)])
    }

    @Test("A map of holes that takes more than a mebibyte is not kept in memory")
    func sparseMap() throws {
        let map = "3000000\n" + String(repeating: "0\n0\n", count: 3_000_000)
        let bytes = Self.archive {
            $0.add(attributes: [
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"),
                ("GNU.sparse.realsize", "0"),
            ])
            $0.add("GNUSparseFile.0/a", Array(map.utf8))
        }
        #expect(try Unpacked.refusal(bytes) == .damaged("it has more than 1 MiB between two files"))
    }

    @Test(
        "Parts of a sparse file lie within its size",
        arguments: ["1\n10\n100\n", "1\n-5\n10\n", "1\n9223372036854775807\n10\n", "2\n0\n5\n0\n5\n"])
    func sparseParts(_ map: String) throws {
        let padding = String(repeating: "\0", count: 512 - map.utf8.count)
        let bytes = Self.archive {
            $0.add(attributes: [
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"),
                ("GNU.sparse.realsize", "20"),
            ])
            $0.add("GNUSparseFile.0/a", Array((map + padding).utf8) + [UInt8](repeating: 1, count: 10))
        }
        // Either an error, or a file of that size.
        let files = (try? Unpacked(bytes))?.files
        #expect(files == nil || files?["a"]?.count == 20)
    }

    @Test("Attributes and long names that have no end are errors", arguments: ["x", "g", "L", "K"] as [Character])
    func endlessHeaders(_ type: Character) throws {
        let bytes = Self.archive {
            $0.add("long", [UInt8](repeating: UInt8(ascii: "n"), count: 3 << 20), type: type)
            $0.add("a", [1])
        }
        #expect(try Unpacked.refusal(bytes) != nil)
    }

    @Test("A directory has no content", arguments: [1000, 2 << 20])
    func folderWithContent(_ count: Int) throws {
        let bytes = Self.archive {
            $0.add("a/", [UInt8](repeating: 1, count: count), type: "5")
            $0.add("b", [1])
        }
        #expect(try Unpacked.refusal(bytes) != nil)
    }

    @Test("Whatever is flipped, reading ends, with an error or without")
    func flips() throws {
        let bytes = Self.archive {
            $0.add(attributes: [("path", "a")])
            $0.add("b", [UInt8](repeating: 1, count: 600))
            $0.add("c/", type: "5")
            $0.add("d", [2])
        }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 { _ = try? Unpacked(random.damage(bytes)) }
    }

    @Test("A file that is said to have more than follows is cut")
    func missingContent() throws {
        let bytes = Self.archive { $0.add("a", [1], size: 5000) }
        guard case .damaged = try Unpacked.refusal(bytes) else {
            Issue.record("not refused")
            return
        }
    }
}
