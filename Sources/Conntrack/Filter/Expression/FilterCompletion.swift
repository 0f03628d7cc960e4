/// How the last piece of an unfinished filter line may go on.
package struct FilterCompletion {
    /// What is in front of the last piece, and stays.
    package let head: String
    /// The whole piece, in each way that it may become.
    package let candidates: [String]

    /// - Parameters:
    ///   - line: up to the cursor.
    ///   - services: as values of `service`.
    package init(_ line: String, in list: FilterVocabulary, services: [String] = []) {
        let (before, piece) = Self.split(line)
        guard let comparison = piece.firstIndex(where: "=<>".contains) else {
            head = before
            let words =
                list.words.map { $0 + "=" } + list.flags.map(\.rawValue) + list.traits.map(\.rawValue) + Self.keywords
            candidates = words.filter { $0.hasPrefix(piece.lowercased()) }
            return
        }
        let word = piece[..<comparison].filter { $0 != "!" }
        let start = piece[comparison...].lastIndex { "=<>!,".contains($0) }.map(piece.index(after:)) ?? piece.endIndex
        let typed = piece[start...]
        head = before + piece[..<start]
        let isLowerCase = typed.contains(where: \.isLowercase)
        let values = FilterKey(name: word.lowercased()) == .service ? services : list.values(of: word.lowercased())
        candidates = values.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
            .map { isLowerCase ? $0.lowercased() : $0 }
    }

    private static let keywords = ["and", "or", "not"]

    /// The line, with as much of its last piece as is certain; nil if nothing is.
    package var certain: String? {
        candidates.first.map { first in head + candidates.reduce(first) { $0.commonPrefix(with: $1) } }
    }

    /// The last piece, which is not finished, without what is in front of it: blanks, parentheses and negations.
    private static func split(_ line: String) -> (before: String, piece: Substring) {
        var start =
            line.lastIndex { $0.isWhitespace || $0 == "(" || $0 == ")" }.map(line.index(after:)) ?? line.startIndex
        while start < line.endIndex, line[start] == "!" { start = line.index(after: start) }
        return (String(line[..<start]), line[start...])
    }

    /// A line as far as it is finished: without its last piece, if that is the beginning of a word or of a value.
    package static func finished(_ line: String, in list: FilterVocabulary) -> String {
        let completion = FilterCompletion(line, in: list)
        let piece = split(line).piece
        let isBegun =
            !piece.isEmpty && !piece.contains(where: "=<>".contains) && !completion.candidates.isEmpty
            && !completion.candidates.contains(piece.lowercased())
        if !isBegun, (try? FilterExpression.read(line, for: list)) != nil { return line }
        var rest = split(line).before
        while rest.last == "!" { rest.removeLast() }
        return rest
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
