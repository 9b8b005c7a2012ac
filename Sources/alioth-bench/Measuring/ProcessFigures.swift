import Glibc

/// What the kernel has counted of a process.
struct ProcessFigures: Sendable {
  /// The time that it has been computing, in seconds; the kernel counts in hundredths.
  var cpuSeconds = 0.0
  /// The memory that it has in use, in bytes.
  var residentBytes = 0
  /// How often each of its threads went to sleep by itself, and so had to be woken, by number and name.
  var wakeUpsByThread: [String: Int] = [:]

  /// The figures of a process, or of this one.
  init(of pid: Int32? = nil) {
    let home = pid.map { "/proc/\($0)" } ?? "/proc/self"
    let fields = ProcessFigures.read("\(home)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    // Fields 14 and 15 of the file; the first two are gone with the name, and counting begins at 0.
    if fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) {
      cpuSeconds = (user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }
    let pages = ProcessFigures.read("\(home)/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
    residentBytes = (pages ?? 0) * max(1, sysconf(Int32(_SC_PAGESIZE)))
    for thread in ProcessFigures.list("\(home)/task") {
      let status = ProcessFigures.read("\(home)/task/\(thread)/status")
      let count = ProcessFigures.field("voluntary_ctxt_switches", of: status).flatMap { Int($0) } ?? 0
      wakeUpsByThread["\(thread) \(ProcessFigures.field("Name", of: status) ?? "")"] = count
    }
  }

  /// How often threads of this process went to sleep by themselves, those that have ended included.
  static var ownWakeUps: Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_nvcsw
  }

  /// The most memory that this process has had in use, in bytes, since `forgetPeak`.
  static var peakBytes: Int {
    (field("VmHWM", of: read("/proc/self/status"), unit: 1).flatMap { Int($0) } ?? 0) * 1024
  }

  /// Begins anew to watch for the most memory.
  static func forgetPeak() {
    let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    write(file, "5", 1)
    close(file)
  }

  /// - Parameter unit: How many words follow what is wanted.
  private static func field(_ name: String, of status: String, unit: Int = 0) -> String? {
    status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      .flatMap {
        $0.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " }).dropLast(unit).last.map(String.init)
      }
  }

  private static func list(_ directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if Int(name) != nil { names.append(name) }
    }
    return names
  }

  /// A file of /proc, which tells no size beforehand; empty when it cannot be read.
  static func read(_ path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    return read(file)
  }

  /// Everything that a file or a socket has until it ends.
  static func read(_ file: Int32) -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer.prefix(count)
    }
  }
}
