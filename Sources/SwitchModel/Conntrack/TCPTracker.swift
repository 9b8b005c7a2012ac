/// How far a TCP connection has come, as Open vSwitch's userspace connection tracking follows it: both ends' sequence
/// numbers and windows (Guido van Rooij, "Real stateful TCP packet filtering in IP Filter").
///
/// ```
/// closed → synSent → established → closing → finWait2 → (timeWait after a reset)
/// ```
/// Each end has its own state; the first end is the one that sent the first packet.
struct TCPTracker: Hashable, Sendable {
  enum State: Int, Comparable, Sendable {
    case closed, listen, synSent, synReceived, established, closeWait, finWait1, closing, lastAck, finWait2, timeWait

    static func < (lhs: State, rhs: State) -> Bool { lhs.rawValue < rhs.rawValue }
  }

  enum Verdict {
    case valid, validNew, new, invalid
  }

  /// The window scale that an end announced.
  enum Scale: Hashable, Sendable {
    /// None, or not yet.
    case none
    case announced(Int)
    /// The connection was picked up in the middle.
    case unknown
  }

  struct Peer: Hashable, Sendable {
    /// The highest sequence number sent.
    var low: UInt32 = 0
    /// The highest that the other end acknowledged, with its window.
    var high: UInt32 = 0
    /// The largest window, before scaling.
    var window: UInt16 = 0
    var scale = Scale.none
    var state = State.closed
  }

  private(set) var first = Peer()
  private(set) var second = Peer()
  private(set) var timeout = ConnectionTimeout.tcpFirst

  /// How far an acknowledgement may be off: a window and one fragment.
  private static let maximumSkew: Int64 = 0xffff + 1500

  /// The state after a connection's first packet.
  init(_ segment: TCPSegment) {
    first.low = segment.sequence
    first.high = segment.sequence &+ UInt32(truncatingIfNeeded: segment.payload) &+ 1
    if segment.flags.contains(.syn) {
      first.high &+= 1
      first.scale = segment.windowScale
    } else {
      first.scale = .unknown
      second.scale = .unknown
    }
    first.window = max(segment.window, 1)
    if case .announced(let shift) = first.scale, shift > 0 { first.window = first.window.dividedRoundingUp(by: shift) }
    if segment.flags.contains(.fin) { first.high &+= 1 }
    second.high = 1
    second.window = 1
    first.state = .synSent
  }

  /// Whether a segment may begin a connection: a SYN, or the middle of one that began unseen, but not its answer.
  static func canBegin(with segment: TCPSegment) -> Bool {
    segment.flags.isPossible && !segment.flags.isSuperset(of: [.syn, .ack])
  }

  /// Follows a segment from the first end, or from the second when it is a reply.
  mutating func follow(_ segment: TCPSegment, isReply: Bool) -> Verdict {
    var sender = isReply ? second : first
    var receiver = isReply ? first : second
    let verdict = TCPTracker.follow(segment, &sender, &receiver, &timeout)
    first = isReply ? receiver : sender
    second = isReply ? sender : receiver
    return verdict
  }

  private static func follow(
    _ segment: TCPSegment, _ sender: inout Peer, _ receiver: inout Peer, _ timeout: inout ConnectionTimeout
  ) -> Verdict {
    let flags = segment.flags
    guard flags.isPossible else { return .invalid }
    if flags.contains(.syn), !flags.contains(.ack) {
      if receiver.state >= .finWait2 && sender.state >= .finWait2 {
        sender.state = .closed
        receiver.state = .closed
        return .new
      }
      if sender.state <= .synSent {
        sender.state = .synSent
        timeout = .tcpFirst
        return .validNew
      }
    }
    var view = SegmentView(segment, sender, receiver)
    view.meet(&sender, &receiver)
    if view.isInWindow(sender, receiver) {
      view.slide(&sender, &receiver)
      if flags.contains(.fin) && sender.state < .closing { sender.state = .closing }
      if flags.contains(.ack) {
        if receiver.state == .synSent {
          receiver.state = .established
        } else if receiver.state == .closing {
          receiver.state = .finWait2
        }
      }
      if flags.contains(.rst) {
        sender.state = .timeWait
        receiver.state = .timeWait
      }
      timeout = TCPTracker.timeout(sender.state, receiver.state)
      return .valid
    }
    guard receiver.state < .synSent || receiver.state >= .finWait2 || sender.state >= .finWait2,
      view.isNearWindow(sender)
    else { return .invalid }
    view.slide(&sender, &receiver)
    if flags.contains(.fin) && sender.state < .closing { sender.state = .closing }
    if flags.contains(.rst) {
      sender.state = .timeWait
      receiver.state = .timeWait
    }
    return .valid
  }

  private static func timeout(_ one: State, _ other: State) -> ConnectionTimeout {
    if one >= .finWait2 && other >= .finWait2 { return .tcpClosed }
    if one >= .closing && other >= .closing { return .tcpFinWait }
    if one < .established || other < .established { return .tcpOpening }
    if one >= .closing || other >= .closing { return .tcpClosing }
    return .tcpEstablished
  }

  /// A segment as its sender and receiver see it.
  private struct SegmentView {
    let segment: TCPSegment
    var senderShift = 0
    var receiverShift = 0
    var window: UInt32
    var sequence: UInt32
    var end: UInt32
    var acknowledgement: UInt32
    var checksSkew = true

    init(_ segment: TCPSegment, _ sender: Peer, _ receiver: Peer) {
      self.segment = segment
      self.window = UInt32(segment.window)
      self.sequence = segment.sequence
      var end = segment.sequence &+ UInt32(truncatingIfNeeded: segment.payload)
      if segment.flags.contains(.syn) { end &+= 1 }
      if segment.flags.contains(.fin) { end &+= 1 }
      self.end = end
      self.acknowledgement = segment.acknowledgement
      guard !segment.flags.contains(.syn) else { return }
      if case .announced(let own) = sender.scale, case .announced(let others) = receiver.scale {
        senderShift = own
        receiverShift = others
      } else if sender.scale == .unknown && receiver.scale == .unknown {
        senderShift = 14
        receiverShift = 14
      }
    }

    /// The receiver's largest window, in bytes.
    private func receiverWindow(_ receiver: Peer) -> UInt32 { UInt32(receiver.window) << UInt32(receiverShift) }

    /// Takes in what the sender's first segment says of it.
    mutating func meet(_ sender: inout Peer, _ receiver: inout Peer) {
      if sender.state < .synSent {
        if segment.flags.contains(.syn), case .announced(let others) = receiver.scale {
          sender.scale = segment.windowScale
          if case .announced(let own) = sender.scale {
            senderShift = own
            receiverShift = others
            window = UInt32(UInt16(truncatingIfNeeded: window).dividedRoundingUp(by: own))
          } else {
            receiver.window = UInt16(truncatingIfNeeded: UInt32(receiver.window) << UInt32(others))
            receiver.scale = .none
          }
        }
        sender.low = sequence
        sender.state = .synSent
        let limit = end &+ max(1, receiverWindow(receiver))
        if sender.high == 1 || isAtLeast(limit, sender.high) {
          sender.high = limit
          checksSkew = false
        }
        if window > UInt32(sender.window) { sender.window = UInt16(truncatingIfNeeded: window) }
      }
      let resetWithoutNumber = acknowledgement == 0 && segment.flags.isSuperset(of: [.ack, .rst])
      if !segment.flags.contains(.ack) || resetWithoutNumber { acknowledgement = receiver.low }
      // A segment without data need not fit exactly.
      if sequence == end {
        sequence = sender.low
        end = sequence
      }
    }

    /// Whether the segment ends in the receiver's window, begins not more than one window back, acknowledges about what
    /// the receiver sent, and, for a reset, is exactly the next.
    func isInWindow(_ sender: Peer, _ receiver: Peer) -> Bool {
      let difference = Int32(truncatingIfNeeded: receiver.low &- acknowledgement)
      let skew = checksSkew ? Int64(difference) : 0
      let original = segment.sequence
      return isAtLeast(sender.high, end) && isAtLeast(sequence, sender.low &- receiverWindow(receiver))
        && skew >= -TCPTracker.maximumSkew && skew <= TCPTracker.maximumSkew << Int64(senderShift)
        && (!segment.flags.contains(.rst) || original == sender.low || original == sender.low &+ 1
          || original &+ 1 == sender.low)
    }

    /// Whether the segment is at most a window and a fragment off, which is enough while a connection opens or closes.
    func isNearWindow(_ sender: Peer) -> Bool {
      let skew = UInt32(truncatingIfNeeded: TCPTracker.maximumSkew)
      return isAtLeast(sender.high &+ skew, end) && isAtLeast(sequence, sender.low &- skew)
    }

    /// Moves both ends' numbers on.
    func slide(_ sender: inout Peer, _ receiver: inout Peer) {
      if UInt32(sender.window) < window { sender.window = UInt16(truncatingIfNeeded: window) }
      if Int32(truncatingIfNeeded: end &- sender.low) > 0 { sender.low = end }
      let scaled = window << UInt32(senderShift)
      if isAtLeast(acknowledgement &+ scaled, receiver.high) { receiver.high = acknowledgement &+ max(scaled, 1) }
    }

    /// Sequence numbers are compared modulo 2³².
    private func isAtLeast(_ one: UInt32, _ other: UInt32) -> Bool { Int32(truncatingIfNeeded: one &- other) >= 0 }
  }
}

/// The flags of TCP that matter here.
struct TCPFlags: OptionSet, Hashable, Sendable {
  let rawValue: UInt16

  static let fin = TCPFlags(rawValue: 1)
  static let syn = TCPFlags(rawValue: 2)
  static let rst = TCPFlags(rawValue: 4)
  static let psh = TCPFlags(rawValue: 8)
  static let ack = TCPFlags(rawValue: 16)
  static let urg = TCPFlags(rawValue: 32)

  /// Whether a sane sender sends this combination.
  var isPossible: Bool {
    if contains(.syn) {
      if !isDisjoint(with: [.rst, .fin]) { return false }
    } else if isDisjoint(with: [.ack, .rst]) {
      return false
    }
    return contains(.ack) || isDisjoint(with: [.fin, .psh, .urg])
  }
}

/// A TCP header's part in the state of its connection.
struct TCPSegment: Hashable, Sendable {
  var flags: TCPFlags
  var sequence: UInt32
  var acknowledgement: UInt32
  var window: UInt16
  var payload: Int
  var windowScale = TCPTracker.Scale.none

  /// The segment in a packet; nil when its header is not whole.
  init?(_ packet: DatapathPacket) {
    guard let offset = packet.layout.transport, packet.layout.transportLength >= 20,
      let control = packet.bytes.uint16(at: offset + 12), let sequence = packet.bytes.uint32(at: offset + 4),
      let acknowledgement = packet.bytes.uint32(at: offset + 8), let window = packet.bytes.uint16(at: offset + 14)
    else { return nil }
    let header = Int(control >> 12) * 4
    guard header >= 20, header <= packet.layout.transportLength else { return nil }
    self.flags = TCPFlags(rawValue: control & 0xfff)
    self.sequence = sequence
    self.acknowledgement = acknowledgement
    self.window = window
    self.payload = packet.layout.transportLength - header
    self.windowScale = TCPSegment.scale(packet.bytes, options: offset + 20, end: offset + header)
  }

  private static func scale(_ bytes: [UInt8], options: Int, end: Int) -> TCPTracker.Scale {
    var offset = options
    var scale = TCPTracker.Scale.none
    while end - offset >= 3, let kind = bytes.byte(at: offset), let length = bytes.byte(at: offset + 1) {
      if kind == 0 { return scale }
      if kind == 1 {
        offset += 1
        continue
      }
      if kind == 3 { scale = .announced(min(Int(bytes.byte(at: offset + 2) ?? 0), 14)) }
      offset += max(Int(length), 2)
    }
    return scale
  }
}

extension UInt16 {
  /// This divided by two to the power of `shift`, rounded up.
  fileprivate func dividedRoundingUp(by shift: Int) -> UInt16 {
    let divisor = UInt32(1) << UInt32(clamping: shift)
    return UInt16(truncatingIfNeeded: (UInt32(self) + divisor - 1) / divisor)
  }
}
