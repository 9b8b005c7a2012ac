import NetworkTypes
import PacketFormats

/// What a relay agent knows of a client (RFC 3046 section 2). It is echoed as it came.
public struct DHCPRelayAgentInformation: Hashable, Sendable {
  /// The sub-options in their order.
  public let suboptions: [DHCPSuboption]

  /// Information of the given sub-options.
  ///
  /// - Returns: nil when there are none: RFC 3046 section 2.0 wants at least one.
  public init?(_ suboptions: [DHCPSuboption]) {
    guard !suboptions.isEmpty else { return nil }
    self.suboptions = suboptions
  }

  init(reading reader: inout DHCPOptionReader) throws(DHCPOptionError) {
    guard reader.remaining >= 2 else { throw reader.wrongLength(expected: "2 or more") }
    var suboptions: [DHCPSuboption] = []
    while !reader.isAtEnd {
      let code = try reader.uint8()
      let offset = reader.offset
      let suboption = try DHCPSuboption(code, reading: &reader)
      let width = DHCPRelayAgentInformation.addressSuboptions.contains(code) ? 4 : suboption.value.count
      guard suboption.value.count == width else {
        throw reader.invalid(suboption.value.count, at: offset, expected: "an address's length in sub-option \(code)")
      }
      suboptions.append(suboption)
    }
    self.suboptions = suboptions
  }

  func write(to buffer: inout [UInt8]) {
    for suboption in suboptions { suboption.write(to: &buffer) }
  }

  /// The value of the first sub-option with the given code.
  public func value(_ code: UInt8) -> [UInt8]? {
    suboptions.first { $0.code == code }?.value
  }

  /// The circuit that the client is on (RFC 3046 section 3.1).
  public var circuitIdentifier: [UInt8]? { value(1) }
  /// Who is at the circuit's other end (RFC 3046 section 3.2).
  public var remoteIdentifier: [UInt8]? { value(2) }
  /// The subnet that the client is on, when `giaddr` is not of it (RFC 3527 section 3).
  public var linkSelection: IPv4Address? { address(5) }
  /// The subscriber (RFC 3993 section 3).
  public var subscriberIdentifier: [UInt8]? { value(6) }
  /// What the server shall call itself, so that renewals pass the relay agent (RFC 5107 section 4).
  public var serverIdentifierOverride: IPv4Address? { address(11) }

  private func address(_ code: UInt8) -> IPv4Address? {
    value(code).flatMap { $0.count == 4 ? $0.span.bytes.ipv4Address(at: 0) : nil }
  }

  private static let addressSuboptions: Set<UInt8> = [5, 11]

  /// The registered sub-options.
  private static let names: [UInt8: String] = [
    1: "circuit-id", 2: "remote-id", 4: "docsis-device-class", 5: "link-selection", 6: "subscriber-id",
    7: "radius-attributes", 8: "authentication", 9: "vendor-specific", 10: "flags", 11: "server-id-override",
    12: "relay-id", 13: "access-technology", 14: "access-network-name", 15: "access-point-name",
    16: "access-point-bssid", 17: "operator-id", 18: "operator-realm", 19: "source-port", 151: "vss",
    152: "vss-control",
  ]
}

extension DHCPRelayAgentInformation: CustomStringConvertible {
  /// Each sub-option by name, such as `circuit-id 'eth0', link-selection 192.0.2.0`; eight at most.
  public var description: String {
    let shown = suboptions.prefix(8).map { suboption in
      let name = DHCPRelayAgentInformation.names[suboption.code] ?? "sub-option \(suboption.code)"
      let isAddress = DHCPRelayAgentInformation.addressSuboptions.contains(suboption.code)
      if isAddress, let address = suboption.value.span.bytes.ipv4Address(at: 0) { return "\(name) \(address)" }
      return "\(name) \(readable(suboption.value))"
    }
    return shown.joined(separator: ", ") + (suboptions.count > 8 ? ", …" : "")
  }
}
