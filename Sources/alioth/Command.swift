import CommandLineClient

/// The executable: everything is in `CommandLineClient`, where tests reach it.
@main
enum Command {
  static func main() async {
    await AliothCommand.runAsProcess()
  }
}
