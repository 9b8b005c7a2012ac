import Glibc

/// For how long another process has been computing.
enum ProcessTime {
  /// The sum over the threads that it has now, as the scheduler counts it: far finer than the hundredths of a second in
  /// /proc/PID/stat. 0 when there is no such process.
  static func nanoseconds(of pid: Int32) -> UInt64 {
    guard let directory = opendir("/proc/\(pid)/task") else { return 0 }
    defer { closedir(directory) }
    var total: UInt64 = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard Int32(name) != nil else { continue }
      let text = ProcessFigures.read("/proc/\(pid)/task/\(name)/schedstat")
      total += text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
    }
    return total
  }
}
