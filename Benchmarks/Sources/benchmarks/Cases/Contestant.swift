/// A program measured in a case.
enum Role: String, Codable {
    /// The kernel's part of the work, and nothing else.
    case floor
    case ours
    case peer
    /// For comparison only.
    case aside
}

struct Contestant {
    let role: Role
    let words: [String]
    let count: Count

    /// How to count the entries that a program wrote to a file.
    enum Count {
        case lines
        /// The file contains the number.
        case stated
    }

    init(_ role: Role, _ words: [String], count: Count = .lines) {
        self.role = role
        self.words = words
        self.count = count
    }

    /// As typed in a shell.
    var title: String {
        let name = words.first?.split(separator: "/").last.map(String.init) ?? ""
        return ([name] + words.dropFirst()).joined(separator: " ")
    }

    /// - Throws: if the output has a different number of entries, as the run then did not measure what it claims to.
    func check(_ output: String, holds expected: Int) throws {
        let counted =
            switch count {
            case .lines: try countLines(of: output)
            case .stated: Int(try readText(of: output).split(separator: "\n").first ?? "") ?? -1
            }
        guard counted == expected else {
            throw Failure(.inputOutput, "wrote \(counted) entries, not \(expected)")
        }
    }
}
