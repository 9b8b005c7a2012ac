import Glibc
import Testing

@testable import Daemon

@Suite struct SystemdNotifierTests {
  @Test("the datagram has one variable a line, whatever the status contains")
  func messages() {
    #expect(SystemdNotifier.message("READY=1", status: "3 ports") == "READY=1\nSTATUS=3 ports")
    #expect(SystemdNotifier.message(nil, status: "a\nREADY=1\r\nb") == "STATUS=a READY=1 b")
    #expect(SystemdNotifier.message("STOPPING=1", status: nil) == "STOPPING=1")
  }

  @Test("a datagram arrives at a socket in the file system and at an abstract one", arguments: ["/tmp/", "@"])
  func delivery(prefix: String) throws {
    let path = "\(prefix)pnx-notify-\(getpid())"
    let receiver = try #require(listen(at: path))
    defer {
      close(receiver)
      unlink(path)
    }
    #expect(SystemdNotifier.send("READY=1\nSTATUS=up", to: path))
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = recv(receiver, &buffer, buffer.count, 0)
    #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1\nSTATUS=up")
  }

  @Test(
    "a socket that is not there or cannot be is no error, only false",
    arguments: [
      "/tmp/pnx-nobody", "@pnx-nobody", "", "@", "/", "vsock:2:1", "relative", "/" + String(repeating: "x", count: 200),
    ])
  func nobody(path: String) {
    #expect(!SystemdNotifier.send("READY=1", to: path))
  }

  @Test("without a socket in the environment nothing is sent", .enabled(if: getenv("NOTIFY_SOCKET") == nil))
  func noEnvironment() {
    #expect(!SystemdNotifier.ready(status: "up"))
    #expect(!SystemdNotifier.stopping())
    #expect(!SystemdNotifier.status("x"))
    #expect(!SystemdNotifier.watchdog())
  }

  @Test("the watchdog is fed twice in its time, and only by the process that it watches")
  func watchdog() {
    func interval(_ microseconds: String?, _ process: String?) -> Duration? {
      SystemdNotifier.watchdogInterval(microseconds: microseconds, process: process, ownProcess: 42)
    }
    #expect(interval("30000000", "42") == .seconds(15))
    #expect(interval("30000000", nil) == .seconds(15))
    #expect(interval("30000000", "43") == nil)
    #expect(interval("30000000", "x") == nil)
    #expect(interval(nil, "42") == nil)
    #expect(interval("0", nil) == nil)
    #expect(interval("-5", nil) == nil)
    #expect(interval("soon", nil) == nil)
  }

  private func listen(at path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    let isAbstract = name.first == UInt8(ascii: "@")
    if isAbstract { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    let length = socklen_t(2 + name.count + (isAbstract ? 0 : 1))
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    return result == 0 ? descriptor : nil
  }
}
