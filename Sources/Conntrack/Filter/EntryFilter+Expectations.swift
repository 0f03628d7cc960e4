extension EntryFilter {
    /// Whether it has conditions on the tuple of the original direction alone, the family and the zone: expectations have no others.
    package var suitsExpectations: Bool {
        var suited = EntryFilter()
        (suited.families, suited.protocols, suited.services, suited.zones) = (families, protocols, services, zones)
        suited.original = original
        suited.original.zones = Choice()
        return suited == self
    }

    /// What is expected is compared, as it is shown: a port that can be any is 0.
    package func matches(_ expectation: Expectation) -> Bool {
        var expected = Entry()
        (expected.family, expected.original, expected.zone) = (
            expectation.family, expectation.tuple, expectation.zone
        )
        return matches(expected)
    }
}
