import NetworkTypes
import PacketFormats

extension DHCPOptionValue {
  /// Reads a value from the wire, joined when the option came in parts.
  ///
  /// - Parameters:
  ///   - bytes: the whole value.
  ///   - code: which option; the value of one without a definition is bytes.
  public init(decoding bytes: RawSpan, of code: DHCPOptionCode) throws(DHCPOptionError) {
    var value: [UInt8] = []
    value.append(bytes, 0..<bytes.byteCount)
    try self.init(decoding: value, of: code)
  }

  /// Reads a value from the wire, joined when the option came in parts.
  ///
  /// - Parameters:
  ///   - bytes: the whole value.
  ///   - code: which option; the value of one without a definition is bytes.
  public init(decoding bytes: [UInt8], of code: DHCPOptionCode) throws(DHCPOptionError) {
    var reader = DHCPOptionReader(code, bytes)
    self = try DHCPOptionValue.read(&reader, DHCPOptionDefinition(of: code)?.kind ?? .bytes)
    // What a value's own reader did not take is there too much.
    guard reader.isAtEnd else {
      throw reader.wrongLength(expected: "\(reader.offset)")
    }
  }

  private static func read(
    _ reader: inout DHCPOptionReader, _ kind: DHCPOptionKind
  ) throws(DHCPOptionError) -> DHCPOptionValue {
    switch kind {
    case .empty: return .empty
    case .flag:
      let value = try reader.uint8()
      guard value <= 1 else { throw reader.invalid(value, at: 0, expected: "0 or 1") }
      return .flag(value == 1)
    case .uint8: return .uint8(try reader.uint8())
    case .uint16: return .uint16(try reader.uint16())
    case .uint32: return .uint32(try reader.uint32())
    case .int32: return .int32(Int32(bitPattern: try reader.uint32()))
    case .uint8List:
      return .uint8List(try list(&reader, of: 1) { (reader) throws(DHCPOptionError) in try reader.uint8() })
    case .uint16List:
      return .uint16List(try list(&reader, of: 2) { (reader) throws(DHCPOptionError) in try reader.uint16() })
    case .address: return .address(try reader.address())
    case .optionalAddressList where reader.isAtEnd: return .addressList([])
    case .addressList, .optionalAddressList:
      return .addressList(try list(&reader, of: 4) { (reader) throws(DHCPOptionError) in try reader.address() })
    case .addressPairs:
      return .addressPairs(
        try list(&reader, of: 8) { (reader) throws(DHCPOptionError) in
          DHCPAddressPair(try reader.address(), try reader.address())
        })
    case .text: return .text(try text(&reader))
    case .domainName: return .domainName(try DHCPDomainName(reading: &reader))
    case .domainList: return .domainList(try DHCPDomainName.list(reading: &reader))
    case .classlessRoutes: return .classlessRoutes(try DHCPClasslessRoute.list(reading: &reader))
    case .clientIdentifier: return .clientIdentifier(try DHCPClientIdentifier(reading: &reader))
    case .clientFQDN: return .clientFQDN(try DHCPClientFQDN(reading: &reader))
    case .relayAgentInformation: return .relayAgentInformation(try DHCPRelayAgentInformation(reading: &reader))
    case .vendorSpecific: return try vendorSpecific(&reader)
    case .vendorData: return .vendorData(try DHCPVendorData.list(reading: &reader))
    case .userClass: return .userClass(try DHCPUserClass(reading: &reader))
    case .architectures:
      return .architectures(
        try list(&reader, of: 2) { (reader) throws(DHCPOptionError) in
          DHCPClientArchitecture(rawValue: try reader.uint16())
        })
    case .networkInterface: return .networkInterface(try DHCPNetworkInterface(reading: &reader))
    case .machineIdentifier: return .machineIdentifier(try DHCPMachineIdentifier(reading: &reader))
    case .sipServers: return .sipServers(try DHCPSIPServers(reading: &reader))
    case .sixRapidDeployment: return .sixRapidDeployment(try DHCPSixRapidDeployment(reading: &reader))
    case .bytes: return .bytes(reader.rest())
    }
  }

  /// One element or more of the same width up to the end.
  private static func list<Element>(
    _ reader: inout DHCPOptionReader, of width: Int,
    _ element: (inout DHCPOptionReader) throws(DHCPOptionError) -> Element
  ) throws(DHCPOptionError) -> [Element] {
    guard !reader.isAtEnd, reader.remaining.isMultiple(of: width) else {
      throw reader.wrongLength(expected: width == 1 ? "1 or more" : "a multiple of \(width), at least \(width)")
    }
    var elements: [Element] = []
    while !reader.isAtEnd { elements.append(try element(&reader)) }
    return elements
  }

  /// Text without the NULs that old servers end it with (RFC 2132 section 2). Control characters are no text, and more
  /// than ASCII is met, though not in the RFC.
  private static func text(_ reader: inout DHCPOptionReader) throws(DHCPOptionError) -> String {
    var bytes = reader.rest()
    while bytes.last == 0 { bytes.removeLast() }
    guard !bytes.isEmpty else { throw reader.wrongLength(expected: "1 or more of text") }
    for (offset, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x7f {
      throw reader.invalid(byte, at: offset, expected: "text")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let offset = bytes.firstIndex { $0 >= 0x80 } ?? 0
      throw reader.invalid(bytes.dropFirst(offset).first ?? 0, at: offset, expected: "text in UTF-8")
    }
    return text
  }

  /// Not every vendor keeps to sub-options, so that whatever is none is bytes (RFC 2132 section 8.4).
  private static func vendorSpecific(_ reader: inout DHCPOptionReader) throws(DHCPOptionError) -> DHCPOptionValue {
    guard !reader.isAtEnd else { throw reader.wrongLength(expected: "1 or more") }
    var attempt = reader
    if let suboptions = try? DHCPVendorSuboptions(reading: &attempt) {
      reader = attempt
      return .vendorSuboptions(suboptions)
    }
    return .bytes(reader.rest())
  }
}
