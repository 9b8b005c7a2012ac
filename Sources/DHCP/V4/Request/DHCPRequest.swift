import NetworkTypes
import PacketFormats

/// A client's message in a frame: parsed, and checked as far as that goes without knowing whose port it came from.
struct DHCPRequest {
  let type: DHCPMessageType
  let transactionID: UInt32
  let flags: UInt16
  let clientAddress: IPv4Address
  let relayAddress: IPv4Address
  /// `chaddr`, all sixteen bytes.
  let hardwareAddress: (high: UInt64, low: UInt64)
  /// Whom the datagram is for.
  let destination: IPv4Address
  /// The port that it came from.
  let sourcePort: UInt16
  /// Where the message is in the frame.
  let payload: Range<Int>
  let wishes: DHCPWishes

  var mac: MACAddress { MACAddress(rawValue: hardwareAddress.high >> 16) }
  var wantsBroadcast: Bool { flags & DHCPHeader.broadcastFlag != 0 }

  /// Reads a whole frame.
  init(parsing frame: RawSpan) throws(DHCPDropReason) {
    (payload, destination, sourcePort) = try DHCPRequest.locate(frame)
    let bytes = frame.extracting(payload)
    guard let first = bytes.uint32(at: 0), let transactionID = bytes.uint32(at: 4), let flags = bytes.uint16(at: 10),
      let clientAddress = bytes.ipv4Address(at: 12), let relayAddress = bytes.ipv4Address(at: 24),
      let high = bytes.uint64(at: 28), let low = bytes.uint64(at: 36), let cookie = bytes.uint32(at: 236)
    else { throw .truncatedMessage }
    guard cookie == DHCPHeader.magicCookie else { throw .bootp }
    do throws(DHCPParseError) {
      wishes = try DHCPWishes(parsing: bytes)
    } catch {
      throw DHCPDropReason(error)
    }
    guard first >> 24 == 1 else { throw .notRequest }
    guard first >> 8 & 0xffff == 0x0106 else { throw .notEthernetClient }
    guard let number = wishes.typeNumber else { throw .bootp }
    guard let type = DHCPMessageType(rawValue: number) else { throw .unexpectedMessageType }
    self.type = type
    self.transactionID = transactionID
    self.flags = flags
    self.clientAddress = clientAddress
    self.relayAddress = relayAddress
    hardwareAddress = (high, low)
  }

  /// Finds the UDP payload by the lengths that IPv4 and UDP state: frames are padded, and capture buffers longer.
  private static func locate(_ frame: RawSpan) throws(DHCPDropReason) -> (Range<Int>, IPv4Address, UInt16) {
    guard let ethernet = try? EthernetHeader(parsing: frame) else { throw .truncatedFrame }
    guard ethernet.outerTag?.isPriorityOnly ?? true, ethernet.innerTag == nil else { throw .foreignVLAN }
    guard ethernet.etherType == .ipv4 else { throw .notIPv4 }
    let packet = frame.extracting(ethernet.length..<frame.byteCount)
    guard let ip = try? IPv4Header(parsing: packet) else { throw .malformedIPv4 }
    guard ip.checksumIsValid else { throw .badIPv4Checksum }
    guard !ip.isFragment else { throw .fragment }
    guard ip.ipProtocol == .udp else { throw .notUDP }
    guard let udp = try? UDPHeader(parsing: packet.extracting(ip.payload)) else { throw .malformedUDP }
    guard udp.destinationPort == 67 else { throw .notServerPort }
    let start = ethernet.length + ip.payload.lowerBound
    return (start + udp.payload.lowerBound..<start + udp.payload.upperBound, ip.destination, udp.sourcePort)
  }
}

extension DHCPDropReason {
  init(_ error: DHCPParseError) {
    switch error {
    case .truncated: self = .truncatedMessage
    case .noMagicCookie: self = .bootp
    case .optionOverrun, .invalidOverload, .wrongOptionLength: self = .malformedOptions
    }
  }
}
