import NetworkTypes
import PacketFormats

extension DHCPv6Option {
  /// Message, association, lease: no definition goes deeper than a status in a lease.
  private static let deepest = 3

  /// Reads the options in `range`.
  static func list(
    in payload: RawSpan, _ range: Range<Int>, depth: Int = 0
  ) throws(DHCPv6ParseError) -> [DHCPv6Option] {
    guard depth <= deepest else { throw .nestedTooDeep(offset: range.lowerBound) }
    var options: [DHCPv6Option] = []
    var cursor = DHCPv6OptionCursor(range)
    while let (code, value) = try cursor.next(in: payload) {
      options.append(DHCPv6Option(code, try read(code, value, payload, depth)))
    }
    return options
  }

  /// Reads the value in `range`.
  private static func read(
    _ code: DHCPv6OptionCode, _ range: Range<Int>, _ payload: RawSpan, _ depth: Int
  ) throws(DHCPv6ParseError) -> DHCPv6OptionValue {
    let start = range.lowerBound
    let wrongLength = DHCPv6ParseError.wrongLength(code: code, offset: start, found: range.count)
    switch DHCPv6OptionRegistry.form(of: code) {
    case .empty:
      guard range.isEmpty else { throw wrongLength }
      return .empty
    case .uint8:
      guard range.count == 1, let value = payload.uint8(at: start) else { throw wrongLength }
      return .uint8(value)
    case .uint16:
      guard range.count == 2, let value = payload.uint16(at: start) else { throw wrongLength }
      return .uint16(value)
    case .uint32:
      guard range.count == 4, let value = payload.uint32(at: start) else { throw wrongLength }
      return .uint32(value)
    case .codes:
      guard range.count % 2 == 0 else { throw wrongLength }
      return .codes(stride(from: start, to: range.upperBound, by: 2).compactMap { payload.uint16(at: $0) })
    case .addresses:
      guard range.count % 16 == 0 else { throw wrongLength }
      return .addresses(stride(from: start, to: range.upperBound, by: 16).compactMap { payload.ipv6Address(at: $0) })
    case .text: return .text(text(payload, range))
    case .strings: return .strings(try strings(code, range, payload))
    case .duid:
      guard DHCPv6DUID.lengths.contains(range.count) else { throw wrongLength }
      return .duid(try DHCPv6DUID(parsing: payload.extracting(range)))
    case .association, .address, .prefix: return try readLease(code, range, payload, depth)
    case .status:
      guard range.count >= 2, let number = payload.uint16(at: start) else { throw wrongLength }
      return .status(DHCPv6StatusCode(rawValue: number), message: text(payload, start + 2..<range.upperBound))
    case .vendorClass:
      guard range.count >= 4, let enterprise = payload.uint32(at: start) else { throw wrongLength }
      return .vendorClass(enterprise: enterprise, try strings(code, start + 4..<range.upperBound, payload))
    case .vendorOptions:
      guard range.count >= 4, let enterprise = payload.uint32(at: start) else { throw wrongLength }
      return .vendorOptions(enterprise: enterprise, try rawOptions(start + 4..<range.upperBound, payload))
    case .interface:
      guard range.count == 3, let type = payload.uint8(at: start), let major = payload.uint8(at: start + 1),
        let minor = payload.uint8(at: start + 2)
      else { throw wrongLength }
      return .interface(type: type, major: major, minor: minor)
    case .domains: return .domains(try names(code, range, payload))
    case .fqdn: return try readFQDN(range, payload)
    case .ntp: return .ntp(try timeSources(range, payload))
    case .opaque: return .opaque(payload.array(range))
    }
  }

  private static func readLease(
    _ code: DHCPv6OptionCode, _ range: Range<Int>, _ payload: RawSpan, _ depth: Int
  ) throws(DHCPv6ParseError) -> DHCPv6OptionValue {
    switch code {
    case .iaAddress:
      let lease = try DHCPv6AddressLease(range, in: payload)
      return .address(
        lease.address, preferred: lease.preferredLifetime, valid: lease.validLifetime,
        options: try list(in: payload, lease.options, depth: depth + 1))
    case .iaPrefix:
      let lease = try DHCPv6PrefixLease(range, in: payload)
      return .prefix(
        lease.address, length: lease.length, preferred: lease.preferredLifetime, valid: lease.validLifetime,
        options: try list(in: payload, lease.options, depth: depth + 1))
    default:
      guard let association = DHCPv6Association(code, range, in: payload) else {
        throw .wrongLength(code: code, offset: range.lowerBound, found: range.count)
      }
      return .association(
        iaid: association.iaid, t1: association.t1, t2: association.t2,
        options: try list(in: payload, association.options, depth: depth + 1))
    }
  }

  private static func text(_ payload: RawSpan, _ range: Range<Int>) -> String {
    String(decoding: payload.array(range), as: UTF8.self)
  }

  private static func strings(
    _ code: DHCPv6OptionCode, _ range: Range<Int>, _ payload: RawSpan
  ) throws(DHCPv6ParseError) -> [[UInt8]] {
    var strings: [[UInt8]] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard let length = payload.uint16(at: offset), Int(length) <= range.upperBound - offset - 2 else {
        throw .invalidValue(code: code, offset: offset)
      }
      strings.append(payload.array(offset + 2..<offset + 2 + Int(length)))
      offset += 2 + Int(length)
    }
    return strings
  }

  private static func names(
    _ code: DHCPv6OptionCode, _ range: Range<Int>, _ payload: RawSpan
  ) throws(DHCPv6ParseError) -> [String] {
    var names: [String] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      let start = offset
      guard let name = payload.domainName(at: &offset, end: range.upperBound) else {
        throw .invalidValue(code: code, offset: start)
      }
      names.append(name)
    }
    return names
  }

  private static func readFQDN(
    _ range: Range<Int>, _ payload: RawSpan
  ) throws(DHCPv6ParseError) -> DHCPv6OptionValue {
    guard range.count >= 1, let flags = payload.uint8(at: range.lowerBound) else {
      throw .wrongLength(code: .clientFQDN, offset: range.lowerBound, found: range.count)
    }
    var offset = range.lowerBound + 1
    guard let name = payload.domainName(at: &offset, end: range.upperBound, isPartial: true),
      offset == range.upperBound
    else { throw .invalidValue(code: .clientFQDN, offset: range.lowerBound + 1) }
    // A zero at the end can only be the root's label: lengths before it account for every other byte.
    return .fqdn(flags: flags, name: name, isPartial: !endsWithRoot(payload, range.lowerBound + 1, range.upperBound))
  }

  private static func endsWithRoot(_ payload: RawSpan, _ start: Int, _ end: Int) -> Bool {
    var offset = start
    while offset < end, let length = payload.uint8(at: offset) {
      if length == 0 { return true }
      offset += 1 + Int(length)
    }
    return false
  }

  private static func rawOptions(
    _ range: Range<Int>, _ payload: RawSpan
  ) throws(DHCPv6ParseError) -> [DHCPv6RawOption] {
    var options: [DHCPv6RawOption] = []
    var cursor = DHCPv6OptionCursor(range)
    while let (code, value) = try cursor.next(in: payload) {
      options.append(DHCPv6RawOption(code: code.rawValue, value: payload.array(value)))
    }
    return options
  }

  private static func timeSources(
    _ range: Range<Int>, _ payload: RawSpan
  ) throws(DHCPv6ParseError) -> [DHCPv6TimeSource] {
    var sources: [DHCPv6TimeSource] = []
    var cursor = DHCPv6OptionCursor(range)
    while let (code, value) = try cursor.next(in: payload) {
      var offset = value.lowerBound
      if code.rawValue == 1, value.count == 16, let address = payload.ipv6Address(at: offset) {
        sources.append(.server(address))
      } else if code.rawValue == 2, value.count == 16, let address = payload.ipv6Address(at: offset) {
        sources.append(.group(address))
      } else if code.rawValue == 3, let name = payload.domainName(at: &offset, end: value.upperBound),
        offset == value.upperBound
      {
        sources.append(.name(name))
      } else if (1...3).contains(code.rawValue) {
        throw .invalidValue(code: .ntpServer, offset: value.lowerBound)
      } else {
        sources.append(.other(DHCPv6RawOption(code: code.rawValue, value: payload.array(value))))
      }
    }
    return sources
  }
}
