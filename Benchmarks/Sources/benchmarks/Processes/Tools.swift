import Glibc

/// The C programs of this package, and the program under test.
struct Tools {
    let measure: String
    let receive: String
    let traffic: String
    let screen: String
    let program: String

    init(folder: String, program: String) throws {
        measure = "\(folder)/measure"
        receive = "\(folder)/receive"
        traffic = "\(folder)/traffic"
        screen = "\(folder)/screen"
        self.program = program
        for path in [measure, receive, traffic, screen, program] where access(path, X_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw Failure(.unavailable, "\(path): \(reason): run `make build bench-build`")
        }
    }
}
