/// Finds the word that was probably meant by a mistyped one.
enum Nearest {
    /// The word with the fewest wrong, missing, extra or swapped letters; nil if that is more than half.
    static func to(_ typed: String, of words: [String]) -> String? {
        let near = words.map { (word: $0, distance: distance(Array(typed.lowercased()), Array($0))) }
        guard let best = near.min(by: { $0.distance < $1.distance }),
            best.distance <= max(typed.count, best.word.count) / 2
        else { return nil }
        return best.word
    }

    /// The restricted edit distance (optimal string alignment).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var least = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
