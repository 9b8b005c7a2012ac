/// The versions that a side speaks (OpenFlow 1.3.5 section 7.5.1, ofp_hello).
public struct Hello: Hashable, Sendable {
  /// The highest version, which is in the header.
  public var highest: UInt8
  /// Bit n set: version n is spoken. Nil when the sender has not said.
  public var bitmap: UInt32?

  private static let versionBitmapElement: UInt16 = 1

  /// A hello that offers OpenFlow 1.3 only, unless said otherwise.
  public init(highest: UInt8 = MessageHeader.version13, bitmap: UInt32? = 1 << 4) {
    self.highest = highest
    self.bitmap = bitmap
  }

  /// What this side offers: OpenFlow 1.3 only.
  static func encodeOffer(xid: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHeader(type: .hello, length: 16, xid: xid)
    Hello().encodeBody(to: &bytes)
    return bytes
  }

  /// Reads a hello from after its header. Elements that are not known are passed over, as the section asks for.
  init(_ reader: inout WireReader, version: UInt8) throws(MalformedMessage) {
    self.highest = version
    while reader.remaining >= 4 {
      let type = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      guard length >= 4 else { throw reader.malformed("a hello element of \(length) bytes has no room for its header") }
      var value = try reader.sub(length - 4)
      try reader.skip(min(reader.remaining, roundedUpToEight(length) - length))
      if type == Hello.versionBitmapElement, value.remaining >= 4 { bitmap = try value.integer() }
    }
    try reader.skip(reader.remaining)
  }

  /// Whether OpenFlow 1.3 is what both sides settle on, this one offering nothing else.
  public var speaksVersion13: Bool {
    guard let bitmap else { return highest >= MessageHeader.version13 }
    return bitmap >> UInt32(MessageHeader.version13) & 1 == 1
  }

  /// The offer, for a message: `1.0, 1.4`.
  public var versionsText: String {
    guard let bitmap else { return "up to \(Hello.name(highest))" }
    return (0..<UInt8(32)).filter { bitmap >> UInt32($0) & 1 == 1 }.map(Hello.name).joined(separator: ", ")
  }

  private static func name(_ version: UInt8) -> String {
    (1...6).contains(version) ? "1.\(version - 1)" : "version \(version)"
  }
}

extension Hello: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    try self.init(&reader, version: MessageHeader.version13)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    guard let bitmap else { return }
    bytes.appendInteger(Hello.versionBitmapElement)
    bytes.appendInteger(UInt16(8))
    bytes.appendInteger(bitmap)
  }
}
