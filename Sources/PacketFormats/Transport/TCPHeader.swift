/// A TCP header (RFC 9293 section 3.1), read for summaries.
public struct TCPHeader: Hashable, Sendable {
  /// The control bits.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// The flags in the given byte.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// No more data from the sender.
    public static let fin = Flags(rawValue: 0x01)
    /// Synchronize sequence numbers.
    public static let syn = Flags(rawValue: 0x02)
    /// Reset the connection.
    public static let rst = Flags(rawValue: 0x04)
    /// Push.
    public static let psh = Flags(rawValue: 0x08)
    /// The acknowledgment number is significant.
    public static let ack = Flags(rawValue: 0x10)
    /// The urgent pointer is significant.
    public static let urg = Flags(rawValue: 0x20)
    /// ECN echo (RFC 3168).
    public static let ece = Flags(rawValue: 0x40)
    /// Congestion window reduced (RFC 3168).
    public static let cwr = Flags(rawValue: 0x80)
  }

  /// The sender's port.
  public var sourcePort: UInt16
  /// The receiver's port.
  public var destinationPort: UInt16
  /// The number of the first data octet.
  public var sequence: UInt32
  /// The number that the sender expects next.
  public var acknowledgment: UInt32
  /// The control bits.
  public var flags: Flags
  /// How much the sender is ready to take, unscaled.
  public var window: UInt16
  /// The number of bytes of the header with its options, that is, where the data starts.
  public var length: Int

  /// Reads the header at the start of `bytes`.
  public init(parsing bytes: RawSpan) throws(PacketError) {
    guard let source = bytes.uint16(at: 0), let destination = bytes.uint16(at: 2), let sequence = bytes.uint32(at: 4),
      let acknowledgment = bytes.uint32(at: 8), let offset = bytes.uint8(at: 12), let flags = bytes.uint8(at: 13),
      let window = bytes.uint16(at: 14), bytes.holds(20, at: 0)
    else { throw .truncated(.tcp, "header", at: 0, needs: 20, of: bytes.byteCount) }
    let length = Int(offset >> 4) * 4
    guard length >= 20 else { throw .invalid(.tcp, "data offset", at: 12, found: length, expected: "20 to 60") }
    self.sourcePort = source
    self.destinationPort = destination
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = Flags(rawValue: flags)
    self.window = window
    self.length = length
  }
}

extension TCPHeader.Flags: CustomStringConvertible {
  /// tcpdump's letters, such as `S.` for SYN and ACK.
  public var description: String {
    let letters: [(TCPHeader.Flags, Character)] = [
      (.fin, "F"), (.syn, "S"), (.rst, "R"), (.psh, "P"), (.ack, "."), (.urg, "U"), (.ece, "E"), (.cwr, "W"),
    ]
    let text = String(letters.filter { contains($0.0) }.map(\.1))
    return text.isEmpty ? "none" : text
  }
}
