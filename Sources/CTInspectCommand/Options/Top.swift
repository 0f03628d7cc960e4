import ArgumentParser

/// `--top SUBJECT [N]`.
struct Top<Subject: RawRepresentable<String> & CaseIterable> {
    var subject: Subject
    var most: Int

    private static var usual: Int { 10 }

    /// From the words after `--top`; nil if there are none.
    init?(_ words: [String]) throws {
        guard let first = words.first else { return nil }
        guard let subject = Subject(rawValue: first.lowercased()) else {
            let known = Subject.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--top: “\(first)” is invalid; expected \(known)")
        }
        self.subject = subject
        most = Self.usual
        if words.count == 1 { return }
        guard words.count == 2, let most = Int(words[1]), most > 0 else {
            throw ValidationError("--top \(first) may be followed by one number: how many to show")
        }
        self.most = most
    }
}
