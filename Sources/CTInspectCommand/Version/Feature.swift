import Netlink

/// Something of the kernel that commands rest on, and whether it is here.
struct Feature {
    enum Answer {
        case works
        /// It works, but what is shown depends on it.
        case partly
        case fails
        /// It is only known to whom the kernel lets ask.
        case forbidden
    }

    var name: String
    var answer: Answer
    /// What was found, or why not and the next step.
    var finding: String

    init(_ name: String, _ answer: Answer, _ finding: String) {
        self.name = name
        self.answer = answer
        self.finding = finding
    }

    /// - Parameter probe: tells what it found; an error is an answer, too.
    init(_ name: String, _ probe: () throws(KernelError) -> (Answer, String)) {
        do throws(KernelError) {
            let (answer, finding) = try probe()
            self.init(name, answer, finding)
        } catch {
            self.init(name, error.cause == .forbidden ? .forbidden : .fails, error.description)
        }
    }
}

extension Feature.Answer: CustomStringConvertible {
    var description: String {
        switch self {
        case .works: "yes"
        case .partly: "partly"
        case .fails: "no"
        case .forbidden: "?"
        }
    }
}
