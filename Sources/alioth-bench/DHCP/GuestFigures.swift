/// What came of guests that asked for addresses.
struct GuestFigures: Sendable {
  /// Exchanges that ended with the ACK of the right address.
  var completed = 0
  /// Exchanges that were given up.
  var failed = 0
  /// Requests that had to be sent again because no reply came in time.
  var retries = 0
  /// Replies with another address than the guest's, or that were neither OFFER nor ACK when one was due.
  var wrong = 0
  /// Replies that nobody waits for any more, or with another transaction id.
  var stray = 0
  /// Replies without checksums that are there and right.
  var badChecksums = 0
  /// Frames that the guests' own link did not take.
  var unsent = 0
  /// From the first DISCOVER to the ACK, in nanoseconds.
  var exchanges: [Double] = []
  /// From a DISCOVER or REQUEST to the reply, in nanoseconds.
  var requests: [Double] = []
  /// For how long all this was measured, in nanoseconds.
  var nanoseconds: UInt64 = 0
  /// The time that the server's threads have computed meanwhile, in nanoseconds.
  var serverCPU: UInt64?
  /// The time that the guests have computed meanwhile, in nanoseconds.
  var ownCPU: UInt64 = 0

  var exchangesPerSecond: Double { Double(completed) * 1e9 / Double(max(1, nanoseconds)) }

  /// One line of KEY=VALUE, for scripts and for `dhcp-verdicts`.
  var line: String {
    var exchanges = Samples(exchanges)
    var requests = Samples(requests)
    let each = 1000 * Double(max(1, completed))
    let micros = { (nanoseconds: Double) in DHCPRun.plain(nanoseconds / 1000) }
    let server = serverCPU.map { " cpu_us=\(DHCPRun.plain(Double($0) / each))" } ?? ""
    return "exchanges_per_s=\(DHCPRun.plain(exchangesPerSecond)) completed=\(completed) "
      + "p50_us=\(micros(exchanges.median())) p99_us=\(micros(exchanges.percentile(0.99))) "
      + "max_us=\(micros(exchanges.largest())) request_p50_us=\(micros(requests.median())) "
      + "request_p99_us=\(micros(requests.percentile(0.99))) retries=\(retries) failed=\(failed) wrong=\(wrong) "
      + "stray=\(stray) bad_checksums=\(badChecksums) unsent=\(unsent)\(server) "
      + "own_cpu_us=\(DHCPRun.plain(Double(ownCPU) / each))"
  }
}
