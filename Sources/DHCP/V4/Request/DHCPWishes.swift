import NetworkTypes
import PacketFormats

/// Where an option's value is: in the message, or in the bytes that its parts were joined to.
struct DHCPOptionPlace: Sendable {
  var offset: UInt16 = 0
  var length: UInt16 = 0
  var isPresent = false

  var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}

/// What a client's options say, as far as a reply depends on them: read in one pass, with nothing allocated.
///
/// An option that comes in several parts, or in the fields that option 52 opens, takes the long way: a message with such
/// is indexed whole and its values are joined (RFC 3396 section 7). Hardly a client sends one.
struct DHCPWishes {
  private(set) var typeNumber: UInt8?
  private(set) var requestedAddress: IPv4Address?
  private(set) var serverIdentifier: IPv4Address?
  private(set) var largestMessage: UInt16?
  /// The parameter request list; nil when there is none.
  private(set) var wanted: DHCPOptionSet?
  private(set) var architecture: UInt16?
  private(set) var isIPXE = false
  /// Whether it boots over HTTP (option 60; UEFI specification, "HTTP Boot").
  private(set) var isHTTPClient = false
  private(set) var hasRapidCommit = false
  private(set) var clientIdentifier = DHCPOptionPlace()
  private(set) var relayAgentInformation = DHCPOptionPlace()
  private(set) var fullName = DHCPOptionPlace()
  private(set) var machineIdentifier = DHCPOptionPlace()
  private(set) var hostName = DHCPOptionPlace()
  private(set) var vendorClass = DHCPOptionPlace()
  /// The joined values, when the message took the long way; places are in these bytes then, else in the message.
  private(set) var joined: [UInt8]?

  /// Reads the options of a message whose fixed fields are there.
  init(parsing payload: RawSpan) throws(DHCPParseError) {
    // A UDP payload is shorter than 64 KiB, and so within reach of 16 bits.
    let end = min(payload.byteCount, 0xffff)
    var seen = DHCPOptionSet()
    var cursor = DHCPHeader.optionsOffset
    while cursor < end, let byte = payload.uint8(at: cursor) {
      if byte == DHCPOptionCode.pad.rawValue {
        cursor += 1
        continue
      }
      if byte == DHCPOptionCode.end.rawValue { return }
      let code = DHCPOptionCode(rawValue: byte)
      if seen.contains(code) || code == .overload {
        self = try DHCPWishes(joining: payload)
        return
      }
      seen.insert(code)
      let start = cursor + 2
      guard start <= end, let length = payload.uint8(at: cursor + 1) else {
        throw .optionOverrun(code: code, offset: cursor, length: 1, available: 0)
      }
      guard Int(length) <= end - start else {
        throw .optionOverrun(code: code, offset: cursor, length: Int(length), available: end - start)
      }
      cursor = start + Int(length)
      do throws(DHCPParseError) {
        try take(code, payload.extracting(start..<cursor), at: start)
      } catch {
        // It may be a part: what comes later decides.
        self = try DHCPWishes(joining: payload)
        return
      }
    }
  }

  private init(joining payload: RawSpan) throws(DHCPParseError) {
    let message = try DHCPMessage(parsing: payload)
    var bytes: [UInt8] = []
    for code in DHCPWishes.read where message.has(code) {
      let start = bytes.count
      _ = message.withValue(code, in: payload) { bytes.append($0, 0..<$0.byteCount) }
      try take(code, bytes.span.bytes.extracting(start..<bytes.count), at: start)
    }
    joined = bytes
  }

  private static let read: [DHCPOptionCode] = [
    .messageType, .requestedAddress, .serverIdentifier, .maximumMessageSize, .parameterRequestList,
    .clientArchitecture, .userClass, .etherboot, .rapidCommit, .clientIdentifier, .relayAgentInformation, .clientFQDN,
    .clientMachineIdentifier, .hostName, .vendorClassIdentifier,
  ]

  private mutating func take(_ code: DHCPOptionCode, _ value: RawSpan, at offset: Int) throws(DHCPParseError) {
    switch code {
    case .messageType: typeNumber = try DHCPWishes.exactly(1, code, value) { $0.uint8(at: 0) }
    case .requestedAddress: requestedAddress = try DHCPWishes.exactly(4, code, value) { $0.ipv4Address(at: 0) }
    case .serverIdentifier: serverIdentifier = try DHCPWishes.exactly(4, code, value) { $0.ipv4Address(at: 0) }
    // What follows is no reason to leave a client without its address: what cannot be read is not there.
    case .maximumMessageSize: largestMessage = value.byteCount == 2 ? value.uint16(at: 0) : nil
    case .parameterRequestList: wanted = DHCPOptionSet(value)
    case .clientArchitecture: architecture = value.uint16(at: 0)
    case .userClass: isIPXE = isIPXE || DHCPWishes.saysIPXE(value)
    case .etherboot: isIPXE = true
    case .rapidCommit: hasRapidCommit = true
    case .clientIdentifier: clientIdentifier = DHCPWishes.place(offset, value)
    case .relayAgentInformation: relayAgentInformation = DHCPWishes.place(offset, value)
    case .clientFQDN: fullName = DHCPWishes.place(offset, value)
    case .clientMachineIdentifier: machineIdentifier = DHCPWishes.place(offset, value)
    case .hostName: hostName = DHCPWishes.place(offset, value)
    case .vendorClassIdentifier:
      vendorClass = DHCPWishes.place(offset, value)
      isHTTPClient = value.saysHTTPClient(at: 0)
    default: break
    }
  }

  private static func place(_ offset: Int, _ value: RawSpan) -> DHCPOptionPlace {
    DHCPOptionPlace(
      offset: UInt16(truncatingIfNeeded: offset), length: UInt16(truncatingIfNeeded: value.byteCount), isPresent: true)
  }

  private static func exactly<Value>(
    _ count: Int, _ code: DHCPOptionCode, _ value: RawSpan, _ read: (RawSpan) -> Value?
  ) throws(DHCPParseError) -> Value {
    guard value.byteCount == count, let found = read(value) else {
      throw .wrongOptionLength(code: code, found: value.byteCount, expected: count)
    }
    return found
  }

  /// iPXE calls its class "iPXE", bare or with a length before it as RFC 3004 wants.
  private static func saysIPXE(_ value: RawSpan) -> Bool {
    let name: UInt32 = 0x6950_5845
    return value.byteCount == 4 && value.uint32(at: 0) == name
      || value.byteCount == 5 && value.uint8(at: 0) == 4 && value.uint32(at: 1) == name
  }

  /// Hands an option's value to `body`; nil when it is not there.
  func withValue<Result>(
    _ place: DHCPOptionPlace, in payload: RawSpan, _ body: (RawSpan) -> Result
  ) -> Result? {
    guard place.isPresent else { return nil }
    if let joined {
      let bytes = joined.span.bytes
      return bytes.holds(place.range.count, at: place.range.lowerBound) ? body(bytes.extracting(place.range)) : nil
    }
    guard payload.holds(place.range.count, at: place.range.lowerBound) else { return nil }
    return body(payload.extracting(place.range))
  }
}
