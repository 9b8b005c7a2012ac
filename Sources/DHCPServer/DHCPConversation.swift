import DHCP
import NetworkTypes

/// What was said between the server and one guest in one of the two protocols.
struct DHCPConversation<Message: Equatable, State: Equatable, Address: Equatable> {
  typealias Last = (message: Message, state: State?, time: Int, address: Address?)

  private(set) var backOff = DHCPDeclineBackOff()
  private(set) var declines = 0
  private(set) var last: Last?
  private(set) var acknowledged: Int?
  private(set) var hostName = DHCPClientWords()
  private(set) var vendorClass = DHCPClientWords()
  private var probe: (transaction: UInt32, outcome: DHCPPortHistory.ProbeOutcome?)?

  var isInConflict: Bool { declines > 0 }

  /// Notes a message, and what the guest says of itself if that is new. Returns whether there is more to tell than that
  /// time has passed.
  mutating func note(
    _ message: Message, _ state: State?, _ address: Address?, at seconds: Int, acknowledges: Bool,
    _ notes: DHCPClientNotes, in frame: RawSpan
  ) -> Bool {
    var isNews = last?.message != message || last?.state != state || last?.address != address
    last = (message, state, seconds, address)
    if acknowledges { acknowledged = seconds }
    if hostName.replace(notes.hostName, frame, areLabels: notes.namesAreLabels) { isNews = true }
    if vendorClass.replace(notes.vendorClass, frame) { isNews = true }
    return isNews
  }

  mutating func noteDecline(at elapsed: Duration) {
    declines += 1
    backOff.declined(at: elapsed)
  }

  mutating func noteRenewal() {
    backOff.renewed()
    declines = 0
  }

  mutating func expectProbe(_ transaction: UInt32) { probe = (transaction, nil) }

  /// Whether a message only asks whether the guest would be answered. The transaction id is a random number that the guest
  /// does not know.
  func isProbe(_ notes: DHCPClientNotes) -> Bool {
    guard let probe else { return false }
    return probe.transaction == notes.transactionID && probe.outcome == nil
  }

  /// Notes what became of the message that only asks.
  mutating func noteProbe(_ outcome: DHCPPortHistory.ProbeOutcome) { probe?.outcome = outcome }

  func probeOutcome(_ transaction: UInt32) -> DHCPPortHistory.ProbeOutcome? {
    probe.flatMap { $0.transaction == transaction ? $0.outcome : nil }
  }
}

extension DHCPConversation where Message: CustomStringConvertible, State: CustomStringConvertible {
  func lease(_ ipAddress: (Address) -> IPAddress) -> DHCPLease? {
    last.map { last in
      DHCPLease(
        lastMessage: "\(last.message)", state: last.state.map { "\($0)" }, time: last.time,
        address: last.address.map(ipAddress), acknowledged: acknowledged, declines: declines,
        hostName: hostName.text, vendorClass: vendorClass.text)
    }
  }
}

/// A guest's words about itself, and a hash of them, which tells without a look at them that they are the same again.
struct DHCPClientWords {
  private var bytes: [UInt8] = []
  private var hash: UInt64 = 0
  private var areLabels = false

  /// The longest of a guest's words that is kept.
  private static let longest = 64

  /// As text that disturbs no log and no terminal.
  var text: String {
    let words = areLabels ? DHCPClientWords.dotted(bytes) : bytes
    return String(decoding: words.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
  }

  /// Labels with dots between them. The first byte is their first length.
  private static func dotted(_ labels: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var rest = labels[...]
    while let length = rest.popFirst(), length > 0 {
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      text += rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
    }
    return text
  }

  /// Keeps the bytes if they are others than before; returns whether they are.
  mutating func replace(_ range: Range<Int>, _ frame: RawSpan, areLabels: Bool = false) -> Bool {
    guard !range.isEmpty, range.upperBound <= frame.byteCount else { return false }
    let end = min(range.upperBound, range.lowerBound + DHCPClientWords.longest)
    return frame.extracting(range.lowerBound..<end).withUnsafeBytes { bytes in
      // FNV-1a. A guest that finds other words of the same hash is shown with its old ones.
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      guard hash != self.hash else { return false }
      self.bytes = Array(bytes)
      self.hash = hash
      self.areLabels = areLabels
      return true
    }
  }
}
