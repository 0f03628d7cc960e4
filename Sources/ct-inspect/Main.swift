import CTInspectCommand

@main
enum Main {
    static func main() { CTInspect.run() }
}
