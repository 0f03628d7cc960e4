extension [UInt32] {
    /// Sorts numbers of rows by a key of each. Rows that are nearly in order already, as those of the reading before are, cost little more than
    /// a look at each; those with the same key keep their order.
    mutating func sort(isDescending: Bool, by key: (UInt32) -> SortKey) {
        var keyed = map { (key: key($0), row: $0) }
        // Sorting in the standard library is stable and takes what is in order as it is (timsort).
        if isDescending { keyed.sort { $0.key > $1.key } } else { keyed.sort { $0.key < $1.key } }
        for position in indices { self[position] = keyed[position].row }
    }
}
