import Collection

extension ObservationHints {
    /// For `observe` and `watch`.
    static let options = ObservationHints(
        startTracking: "--start-tracking observes all the same, and makes conntrack active while it runs",
        addService: "add one, and press o again")
}
