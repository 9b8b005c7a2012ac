import Glibc

/// Tells systemd how the service is doing (sd_notify(3)), for units with `Type=notify`.
///
/// Without `NOTIFY_SOCKET` in the environment, that is, when the program was not started by systemd, nothing happens.
/// Nothing here throws, and a call waits two seconds at most: a service does not fail because its supervisor is not
/// listening. Any thread may call.
public enum SystemdNotifier {
  /// The service is up and does its work.
  ///
  /// - Returns: whether systemd was told.
  @discardableResult
  public static func ready(status: String? = nil) -> Bool {
    send("READY=1", status: status)
  }

  /// One line for people, which `systemctl status` shows.
  @discardableResult
  public static func status(_ text: String) -> Bool {
    send(nil, status: text)
  }

  /// The service is on its way down.
  @discardableResult
  public static func stopping(status: String? = nil) -> Bool {
    send("STOPPING=1", status: status)
  }

  /// The service is alive; due at least once in every `watchdogInterval`.
  @discardableResult
  public static func watchdog() -> Bool {
    send("WATCHDOG=1", status: nil)
  }

  /// How often to call `watchdog`: half of the time after which systemd takes the service for hung
  /// (sd_watchdog_enabled(3)); nil when it does not watch this process.
  public static var watchdogInterval: Duration? {
    watchdogInterval(
      microseconds: environment("WATCHDOG_USEC"), process: environment("WATCHDOG_PID"), ownProcess: getpid())
  }

  static func watchdogInterval(microseconds: String?, process: String?, ownProcess: Int32) -> Duration? {
    guard let microseconds = microseconds.flatMap(Int64.init), microseconds > 1 else { return nil }
    if let process, Int32(process) != ownProcess { return nil }
    return .microseconds(microseconds / 2)
  }

  /// The datagram: one `NAME=value` a line, so that a line break in a status would start another variable.
  static func message(_ state: String?, status: String?) -> String {
    let oneLine = status.map { text in
      "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    return [state, oneLine].compactMap(\.self).joined(separator: "\n")
  }

  private static func send(_ state: String?, status: String?) -> Bool {
    guard let path = environment("NOTIFY_SOCKET") else { return false }
    return send(message(state, status: status), to: path)
  }

  /// Sends one datagram to the socket at `path`; a path that begins with `@` is an abstract name (unix(7)).
  static func send(_ message: String, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    let isAbstract = name.first == UInt8(ascii: "@")
    guard isAbstract || name.first == UInt8(ascii: "/") else { return false }
    if isAbstract { name[0] = 0 }
    // A path needs its NUL; an abstract name is as long as the address says.
    let room = MemoryLayout.size(ofValue: address.sun_path) - (isAbstract ? 0 : 1)
    guard name.count > 1, name.count <= room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }

    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A busy supervisor's queue is waited for a little: a READY=1 that is dropped would fail the start.
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    let length = socklen_t(offset + name.count + (isAbstract ? 0 : 1))
    let bytes = Array(message.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
    return sent == bytes.count
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
