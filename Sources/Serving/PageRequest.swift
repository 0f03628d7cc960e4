/// What a client asks for, by GET or HEAD.
package struct PageRequest: Equatable, Sendable {
    /// Without a query.
    package var path: String
    /// The values of the header Accept.
    package var accept: [String]

    package init(path: String, accept: [String] = []) {
        self.path = path
        self.accept = accept
    }
}

package struct PageAnswer: Sendable {
    package var status: Int
    package var contentType: String
    package var body: any PageBody

    package init(_ status: Int = 200, _ contentType: String, _ body: any PageBody) {
        (self.status, self.contentType, self.body) = (status, contentType, body)
    }

    /// A short one.
    package init(_ status: Int = 200, text: String) {
        self.init(status, "text/plain; charset=utf-8", PageText(text))
    }
}

/// What is answered, in pieces, each made when the client has taken most of those before.
package protocol PageBody: Sendable {
    /// Nil at the end.
    mutating func next() -> [UInt8]?
}

/// A body of one piece.
package struct PageText: PageBody {
    private var rest: [UInt8]?

    package init(_ text: String) { rest = Array(text.utf8) }

    package mutating func next() -> [UInt8]? {
        defer { rest = nil }
        return rest
    }
}
