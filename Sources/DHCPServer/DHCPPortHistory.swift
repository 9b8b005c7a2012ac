import DHCP
import NetworkTypes
import Synchronization

/// What happened on a port: the lease, how often it was declined, and how much its guest sent lately.
///
/// There is one for each port, written by the responder's thread and read by whoever shows it: no list of leases is ever
/// copied or locked as a whole.
public final class DHCPPortHistory: Sendable {
  struct State {
    var bucket = DHCPTokenBucket()
    var backOff = DHCPDeclineBackOff()
    var lease: DHCPLease?
    var hostName: [UInt8] = []
    var vendorClass: [UInt8] = []
    var lastProbe: (transaction: UInt32, outcome: ProbeOutcome)?
  }

  /// What the responder did with a message that only asked.
  public enum ProbeOutcome: Hashable, Sendable {
    case answered(IPv4Address)
    case dropped(DHCPDropReason)
  }

  let state = Mutex(State())

  /// Nothing has happened.
  public init() {}

  /// The lease; nil when the guest has never been answered.
  public var lease: DHCPLease? { state.withLock { $0.lease } }

  /// What became of the last message that only asked, if it had this transaction id.
  public func lastProbe(_ transaction: UInt32) -> ProbeOutcome? {
    state.withLock { state in
      state.lastProbe.flatMap { $0.transaction == transaction ? $0.outcome : nil }
    }
  }
}

extension DHCPPortHistory.State {
  /// The longest of a guest's words that is kept.
  private static let longestText = 64

  /// Notes what became of a message, if it only asked whether the guest would be answered; returns whether it did.
  mutating func noteProbe(_ outcome: DHCPOutcome, _ notes: DHCPClientNotes, in frame: RawSpan) -> Bool {
    let range = notes.vendorClass
    guard range.count == DHCPServedPort.probeClass.count, range.upperBound <= frame.byteCount,
      frame.extracting(range).withUnsafeBytes({ $0.elementsEqual(DHCPServedPort.probeClass) })
    else { return false }
    switch outcome {
    case .reply(let reply): lastProbe = (notes.transactionID, .answered(reply.address))
    case .drop(let reason): lastProbe = (notes.transactionID, .dropped(reason))
    case .event: return false
    }
    return true
  }

  /// Notes a message, and what the guest says of itself if that is new.
  mutating func note(
    _ message: DHCPMessageType, _ address: IPv4Address, at seconds: Int, _ notes: DHCPClientNotes, in frame: RawSpan
  ) {
    var lease =
      self.lease
      ?? DHCPLease(
        lastMessage: message, time: seconds, address: address, acknowledged: nil, declines: 0, hostName: "",
        vendorClass: "")
    lease.lastMessage = message
    lease.time = seconds
    lease.address = address
    if message == .ack { lease.acknowledged = seconds }
    if DHCPPortHistory.State.replace(&hostName, notes.hostName, frame) { lease.hostName = printable(hostName) }
    if DHCPPortHistory.State.replace(&vendorClass, notes.vendorClass, frame) {
      lease.vendorClass = printable(vendorClass)
    }
    self.lease = lease
  }

  mutating func noteDecline() { lease?.declines += 1 }

  mutating func noteRenewal() {
    backOff.renewed()
    lease?.declines = 0
  }

  /// Whether the bytes are others than before; then they are kept.
  private static func replace(_ kept: inout [UInt8], _ range: Range<Int>, _ frame: RawSpan) -> Bool {
    guard !range.isEmpty, range.upperBound <= frame.byteCount else { return false }
    let end = min(range.upperBound, range.lowerBound + longestText)
    return frame.extracting(range.lowerBound..<end).withUnsafeBytes { bytes in
      guard !kept.elementsEqual(bytes) else { return false }
      kept = Array(bytes)
      return true
    }
  }

  /// Bytes from a guest as text that disturbs no log and no terminal.
  private func printable(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
  }
}
