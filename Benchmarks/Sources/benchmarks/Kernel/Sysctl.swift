/// A number below /proc/sys, in the program's network namespace.
struct Sysctl {
    /// As printed by sysctl(8).
    let name: String

    static let maximum = Sysctl(name: "net.netfilter.nf_conntrack_max")
    static let buckets = Sysctl(name: "net.netfilter.nf_conntrack_buckets")
    static let count = Sysctl(name: "net.netfilter.nf_conntrack_count")
    static let events = Sysctl(name: "net.netfilter.nf_conntrack_events")

    private var path: String { "/proc/sys/" + name.split(separator: ".").joined(separator: "/") }

    func read() throws -> Int {
        let text = try readText(of: path)
        guard let number = Int(text.split(separator: "\n").first ?? "") else {
            throw Failure(.unavailable, "\(name) is not a number: \(text)")
        }
        return number
    }

    func write(_ value: Int) throws {
        try overwrite(path, with: "\(value)\n")
    }
}
