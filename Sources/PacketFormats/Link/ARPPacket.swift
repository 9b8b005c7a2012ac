import NetworkTypes

/// An ARP packet for IPv4 over Ethernet (RFC 826).
public struct ARPPacket: Hashable, Sendable {
  /// What the packet says.
  public struct Operation: Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// The operation of the given number.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// Who has the target address?
    public static let request = Operation(rawValue: 1)
    /// The sender has the sender address.
    public static let reply = Operation(rawValue: 2)
  }

  /// Request or reply.
  public var operation: Operation
  /// The sender's MAC address.
  public var senderMAC: MACAddress
  /// The sender's IPv4 address; 0.0.0.0 in a probe (RFC 5227 section 1.1).
  public var senderAddress: IPv4Address
  /// The target's MAC address; meaningless in a request.
  public var targetMAC: MACAddress
  /// The IPv4 address that is asked for or answered to.
  public var targetAddress: IPv4Address

  /// The number of bytes.
  public static let length = 28

  /// A packet of the given fields.
  public init(
    operation: Operation, senderMAC: MACAddress, senderAddress: IPv4Address, targetMAC: MACAddress,
    targetAddress: IPv4Address
  ) {
    self.operation = operation
    self.senderMAC = senderMAC
    self.senderAddress = senderAddress
    self.targetMAC = targetMAC
    self.targetAddress = targetAddress
  }

  /// Reads the packet after the Ethernet header. Trailing bytes are Ethernet's padding.
  public init(parsing bytes: RawSpan) throws(PacketError) {
    guard let hardware = bytes.uint16(at: 0), let network = bytes.uint16(at: 2), let lengths = bytes.uint16(at: 4),
      let operation = bytes.uint16(at: 6), let senderMAC = bytes.macAddress(at: 8),
      let senderAddress = bytes.ipv4Address(at: 14), let targetMAC = bytes.macAddress(at: 18),
      let targetAddress = bytes.ipv4Address(at: 24)
    else { throw .truncated(.arp, "packet", at: 0, needs: ARPPacket.length, of: bytes.byteCount) }
    guard hardware == 1 else {
      throw .invalid(.arp, "hardware type", at: 0, found: Int(hardware), expected: "1 (Ethernet)")
    }
    guard network == EtherType.ipv4.rawValue else {
      throw .invalid(.arp, "protocol type", at: 2, found: Int(network), expected: "2048 (IPv4)")
    }
    guard lengths == 0x0604 else {
      throw .invalid(.arp, "address lengths", at: 4, found: Int(lengths), expected: "1540 (6 and 4)")
    }
    self.init(
      operation: Operation(rawValue: operation), senderMAC: senderMAC, senderAddress: senderAddress,
      targetMAC: targetMAC, targetAddress: targetAddress)
  }

  /// Appends the packet.
  public func write(to buffer: inout [UInt8]) {
    buffer.appendUInt16(1)
    buffer.appendUInt16(EtherType.ipv4.rawValue)
    buffer.appendUInt16(0x0604)
    buffer.appendUInt16(operation.rawValue)
    buffer.append(senderMAC)
    buffer.append(senderAddress)
    buffer.append(targetMAC)
    buffer.append(targetAddress)
  }

  /// Whether the sender announces its own address to everyone (RFC 5227 section 3).
  public var isGratuitous: Bool { senderAddress == targetAddress }
  /// Whether the sender asks if an address is free before it takes it (RFC 5227 section 2.1.1).
  public var isProbe: Bool { operation == .request && senderAddress == .any }
}
