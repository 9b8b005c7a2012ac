import NetworkTypes
import PacketFormats

/// The fixed fields of a DHCP message (RFC 2131 section 2, figure 1) but for sname and file.
public struct DHCPHeader: Hashable, Sendable {
  /// 1 for a request, 2 for a reply.
  public var operation: UInt8
  /// 1 for Ethernet.
  public var hardwareType: UInt8
  /// The number of bytes of `chaddr` in use, 6 for Ethernet.
  public var hardwareLength: UInt8
  /// Relay agents passed.
  public var hops: UInt8
  /// Tells a client's transactions apart.
  public var transactionID: UInt32
  /// How long the client has been trying.
  public var seconds: UInt16
  /// The broadcast flag, and 15 bits that must be zero.
  public var flags: UInt16
  /// The client's address, when it has one and can answer ARP for it.
  public var clientAddress: IPv4Address
  /// "Your" address: what the server gives.
  public var yourAddress: IPv4Address
  /// The next server in bootstrap.
  public var nextServerAddress: IPv4Address
  /// The relay agent.
  public var relayAddress: IPv4Address
  /// The first eight bytes of `chaddr`.
  public var hardwareAddressHigh: UInt64
  /// The last eight bytes of `chaddr`.
  public var hardwareAddressLow: UInt64

  /// Where the sname field is in a message.
  public static let serverNameField = 44..<108
  /// Where the file field is in a message.
  public static let fileField = 108..<236
  /// Where the options start, after the cookie.
  public static let optionsOffset = 240
  /// What the options start with (RFC 2131 section 3).
  public static let magicCookie: UInt32 = 0x6382_5363
  /// The flag of clients that take no unicast before they have an address (RFC 2131 section 2, figure 2).
  public static let broadcastFlag: UInt16 = 0x8000

  /// A header of zeros but for the given fields.
  public init(operation: UInt8, transactionID: UInt32, mac: MACAddress, flags: UInt16 = 0) {
    self.operation = operation
    self.hardwareType = 1
    self.hardwareLength = 6
    self.hops = 0
    self.transactionID = transactionID
    self.seconds = 0
    self.flags = flags
    self.clientAddress = .any
    self.yourAddress = .any
    self.nextServerAddress = .any
    self.relayAddress = .any
    self.hardwareAddressHigh = mac.rawValue << 16
    self.hardwareAddressLow = 0
  }

  /// Reads the fields at the start of `payload` and the cookie after them.
  public init(parsing payload: RawSpan) throws(DHCPParseError) {
    guard let first = payload.uint32(at: 0), let transactionID = payload.uint32(at: 4),
      let secondsAndFlags = payload.uint32(at: 8), let clientAddress = payload.ipv4Address(at: 12),
      let yourAddress = payload.ipv4Address(at: 16), let nextServerAddress = payload.ipv4Address(at: 20),
      let relayAddress = payload.ipv4Address(at: 24), let high = payload.uint64(at: 28),
      let low = payload.uint64(at: 36), let cookie = payload.uint32(at: 236)
    else { throw .truncated(needed: DHCPHeader.optionsOffset, available: payload.byteCount) }
    guard cookie == DHCPHeader.magicCookie else { throw .noMagicCookie(found: cookie) }
    self.operation = UInt8(truncatingIfNeeded: first >> 24)
    self.hardwareType = UInt8(truncatingIfNeeded: first >> 16)
    self.hardwareLength = UInt8(truncatingIfNeeded: first >> 8)
    self.hops = UInt8(truncatingIfNeeded: first)
    self.transactionID = transactionID
    self.seconds = UInt16(truncatingIfNeeded: secondsAndFlags >> 16)
    self.flags = UInt16(truncatingIfNeeded: secondsAndFlags)
    self.clientAddress = clientAddress
    self.yourAddress = yourAddress
    self.nextServerAddress = nextServerAddress
    self.relayAddress = relayAddress
    self.hardwareAddressHigh = high
    self.hardwareAddressLow = low
  }

  /// Whether the client takes no unicast yet.
  public var wantsBroadcast: Bool { flags & DHCPHeader.broadcastFlag != 0 }
  /// The first six bytes of `chaddr`, which are the client's MAC address on Ethernet.
  public var mac: MACAddress { MACAddress(rawValue: hardwareAddressHigh >> 16) }

  /// Appends the fields, empty sname and file fields, and the cookie: 240 bytes.
  public func write(to buffer: inout [UInt8]) {
    buffer.append(operation)
    buffer.append(hardwareType)
    buffer.append(hardwareLength)
    buffer.append(hops)
    buffer.appendUInt32(transactionID)
    buffer.appendUInt16(seconds)
    buffer.appendUInt16(flags)
    buffer.append(clientAddress)
    buffer.append(yourAddress)
    buffer.append(nextServerAddress)
    buffer.append(relayAddress)
    buffer.appendUInt64(hardwareAddressHigh)
    buffer.appendUInt64(hardwareAddressLow)
    buffer.appendZeros(DHCPHeader.fileField.upperBound - DHCPHeader.serverNameField.lowerBound)
    buffer.appendUInt32(DHCPHeader.magicCookie)
  }
}
