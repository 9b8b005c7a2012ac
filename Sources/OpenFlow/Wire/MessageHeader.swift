/// The eight bytes that every message begins with (OpenFlow 1.3.5 section 7.1, ofp_header).
public struct MessageHeader: Hashable, Sendable {
  /// The version; 4 is OpenFlow 1.3.
  public let version: UInt8
  /// The number of the message's type.
  public let type: UInt8
  /// The length of the whole message.
  public let length: UInt16
  /// The transaction id: a reply has that of its request.
  public let xid: UInt32

  /// The length of a header.
  static let size = 8
  /// The version on the wire of OpenFlow 1.3.
  public static let version13: UInt8 = 4
  /// The longest message there can be.
  static let longest = 65535

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.version = try reader.integer()
    self.type = try reader.integer()
    self.length = try reader.integer()
    self.xid = try reader.integer()
  }
}

extension [UInt8] {
  /// Appends a header of OpenFlow 1.3.
  @inline(__always)
  mutating func appendHeader(type: MessageType, length: Int, xid: UInt32) {
    append(MessageHeader.version13)
    append(type.rawValue)
    appendInteger(UInt16(truncatingIfNeeded: length))
    appendInteger(xid)
  }
}
