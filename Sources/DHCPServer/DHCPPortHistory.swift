import DHCP
import NetworkTypes
import Synchronization

/// What happened on a port: the lease, how often it was declined, and how much its guest sent lately.
///
/// There is one for each port, written by the responder's thread and read by whoever shows it: no list of leases is ever
/// copied or locked as a whole. A port whose guest has never said anything takes a pointer.
public final class DHCPPortHistory: Sendable {
  let state = Mutex<DHCPPortState?>(nil)

  /// Nothing has happened.
  public init() {}

  /// The lease; nil when the guest has never been answered.
  public var lease: DHCPLease? { state.withLock { $0?.lease } }

  /// What the responder did with a message that only asked.
  public enum ProbeOutcome: Hashable, Sendable {
    case answered(IPv4Address)
    case dropped(DHCPDropReason)
  }

  /// Tells that a message with this transaction id will only ask whether the guest would be answered: it is not taken for
  /// the guest's.
  public func expectProbe(_ transaction: UInt32) { change { $0.expectProbe(transaction) } }

  /// What became of the message that only asks, if it has come.
  public func lastProbe(_ transaction: UInt32) -> ProbeOutcome? {
    state.withLock { state in
      state?.probe.flatMap { $0.transaction == transaction ? $0.outcome : nil }
    }
  }

  /// Hands the state to `body`; it is made when it is first needed.
  func change(_ body: (DHCPPortState) -> Void) {
    state.withLock { state in
      let existing = state ?? DHCPPortState()
      state = existing
      body(existing)
    }
  }
}

/// The state of one port, under its history's lock.
final class DHCPPortState {
  var bucket = DHCPTokenBucket()
  var backOff = DHCPDeclineBackOff()
  /// Addresses of the two kinds are declined one by one.
  var backOffV6 = DHCPDeclineBackOff()
  private(set) var declinesV6 = 0
  private(set) var probe: (transaction: UInt32, outcome: DHCPPortHistory.ProbeOutcome?)?
  private var last: (message: DHCPMessageType, time: Int, address: IPv4Address)?
  private var acknowledged: Int?
  private var declines = 0
  private var hostName = Words()
  private var vendorClass = Words()

  /// A guest's words, and a hash of them, which tells without a look at them that they are the same again.
  private struct Words {
    var bytes: [UInt8] = []
    var hash: UInt64 = 0
  }

  /// The longest of a guest's words that is kept.
  private static let longestText = 64

  var isInConflict: Bool { declines > 0 }

  var lease: DHCPLease? {
    last.map { last in
      DHCPLease(
        lastMessage: last.message, time: last.time, address: last.address, acknowledged: acknowledged,
        declines: declines, hostName: DHCPPortState.printable(hostName.bytes),
        vendorClass: DHCPPortState.printable(vendorClass.bytes))
    }
  }

  func expectProbe(_ transaction: UInt32) { probe = (transaction, nil) }

  /// Notes what became of a message, if it only asked whether the guest would be answered; returns whether it did. The
  /// transaction id is a random number that the guest does not know.
  func noteProbe(_ outcome: DHCPOutcome, _ notes: DHCPClientNotes) -> Bool {
    guard let probe, probe.transaction == notes.transactionID, probe.outcome == nil else { return false }
    switch outcome {
    case .reply(let reply): self.probe?.outcome = .answered(reply.address)
    case .drop(let reason): self.probe?.outcome = .dropped(reason)
    case .event: return false
    }
    return true
  }

  /// Notes a message, and what the guest says of itself if that is new. Returns whether there is more to tell than that
  /// time has passed.
  func note(
    _ message: DHCPMessageType, _ address: IPv4Address, at seconds: Int, _ notes: DHCPClientNotes, in frame: RawSpan
  ) -> Bool {
    var isNews = last?.message != message || last?.address != address
    last = (message, seconds, address)
    if message == .ack { acknowledged = seconds }
    if DHCPPortState.replace(&hostName, notes.hostName, frame) { isNews = true }
    if DHCPPortState.replace(&vendorClass, notes.vendorClass, frame) { isNews = true }
    return isNews
  }

  func noteDecline(at elapsed: Duration) {
    declines += 1
    backOff.declined(at: elapsed)
  }

  func noteRenewal() {
    backOff.renewed()
    declines = 0
  }

  func noteDeclineV6(at elapsed: Duration) {
    declinesV6 += 1
    backOffV6.declined(at: elapsed)
  }

  func noteRenewalV6() {
    backOffV6.renewed()
    declinesV6 = 0
  }

  /// Keeps the bytes if they are others than before; returns whether they are.
  private static func replace(_ kept: inout Words, _ range: Range<Int>, _ frame: RawSpan) -> Bool {
    guard !range.isEmpty, range.upperBound <= frame.byteCount else { return false }
    let end = min(range.upperBound, range.lowerBound + longestText)
    return frame.extracting(range.lowerBound..<end).withUnsafeBytes { bytes in
      // FNV-1a. A guest that finds other words of the same hash is shown with its old ones.
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      guard hash != kept.hash else { return false }
      kept = Words(bytes: Array(bytes), hash: hash)
      return true
    }
  }

  /// Bytes from a guest as text that disturbs no log and no terminal.
  private static func printable(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
  }
}
