import NetworkTypes
import PacketFormats

/// A client's message in a frame: parsed, and checked as far as that goes without knowing whose port it came from.
struct DHCPRequest {
  let message: DHCPMessage
  let type: DHCPMessageType
  /// Whom the datagram is for.
  let destination: IPv4Address
  /// Where the message is in the frame.
  let payload: Range<Int>

  /// Reads a whole frame.
  init(parsing frame: RawSpan) throws(DHCPDropReason) {
    (payload, destination) = try DHCPRequest.locate(frame)
    let bytes = frame.extracting(payload)
    do throws(DHCPParseError) {
      message = try DHCPMessage(parsing: bytes)
    } catch {
      throw DHCPDropReason(error)
    }
    let header = message.header
    guard header.operation == 1 else { throw .notRequest }
    guard header.hardwareType == 1, header.hardwareLength == 6 else { throw .notEthernetClient }
    let number: UInt8?
    do throws(DHCPParseError) {
      number = try message.messageTypeNumber(in: bytes)
    } catch {
      throw DHCPDropReason(error)
    }
    guard let number else { throw .bootp }
    guard let type = DHCPMessageType(rawValue: number) else { throw .unexpectedMessageType }
    self.type = type
  }

  /// Finds the UDP payload by the lengths that IPv4 and UDP state: frames are padded, and capture buffers longer.
  private static func locate(_ frame: RawSpan) throws(DHCPDropReason) -> (Range<Int>, IPv4Address) {
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
    return (start + udp.payload.lowerBound..<start + udp.payload.upperBound, ip.destination)
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
