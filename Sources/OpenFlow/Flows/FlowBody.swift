// A flow as bytes: an addition's ofp_flow_mod after its message header, ready to be copied into a message.
//
//   0 cookie, 8 cookie mask, 16 table, 17 command, 18 idle, 20 hard timeout, 22 priority, 24 buffer, 28 output port,
//   32 output group, 36 flags, 38 padding, 40 match (padded to eight), instructions

/// Writes and reads flows as the bodies of flow_mod messages (OpenFlow 1.3.5 section 7.3.4.2).
public enum FlowBody {
  /// The bytes before the match.
  public static let fixedLength = 40
  /// The longest body that fits into a message within a bundle.
  public static let longest = MessageHeader.longest - MessageHeader.size - BundleControl.addOverhead

  /// The number of bytes of the body that adds `flow`.
  public static func length(of flow: Flow) -> Int {
    fixedLength + flow.match.bytes.count + flow.instructionBytes.count
  }

  /// Appends the body that adds `flow`.
  public static func append(_ flow: Flow, to bytes: inout [UInt8]) {
    appendFixed(flow.header, command: .add, cookieMask: 0, to: &bytes)
    bytes.append(contentsOf: flow.match.bytes)
    bytes.append(contentsOf: flow.instructionBytes)
  }

  /// Appends the body that adds the flow of this header, match and instructions.
  public static func append(_ header: FlowHeader, tail: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    appendFixed(header, command: .add, cookieMask: 0, to: &bytes)
    bytes.append(contentsOf: tail)
  }

  /// Appends the body that deletes exactly the flow of this table, priority and match, if its cookie is in `cookies`.
  public static func appendDeletion(
    table: TableID, priority: UInt16, match: ArraySlice<UInt8>, cookies: CookieFilter, to bytes: inout [UInt8]
  ) {
    let header = FlowHeader(table: table, priority: priority, cookie: cookies.value)
    appendFixed(header, command: .deleteStrict, cookieMask: cookies.mask, to: &bytes)
    bytes.append(contentsOf: match)
  }

  /// Five words, written at once: this runs for every flow.
  private static func appendFixed(
    _ header: FlowHeader, command: FlowMod.Command, cookieMask: UInt64, to bytes: inout [UInt8]
  ) {
    let place = UInt64(header.table.rawValue) << 56 | UInt64(command.rawValue) << 48
    let times = UInt64(header.idleTimeout) << 32 | UInt64(header.hardTimeout) << 16 | UInt64(header.priority)
    let words = (
      header.cookie.bigEndian, cookieMask.bigEndian, (place | times).bigEndian,
      (UInt64(FlowMod.noBuffer) << 32 | UInt64(OFPort.any.rawValue)).bigEndian,
      (UInt64(FlowMod.anyGroup) << 32 | UInt64(header.flags.rawValue) << 16).bigEndian
    )
    withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
  }

  /// The flow that `body` adds.
  public static func decode(_ body: ArraySlice<UInt8>) throws(MalformedMessage) -> Flow {
    var reader = WireReader(Array(body), structure: "ofp_flow_mod")
    return try FlowMod(&reader).flow
  }

  /// The match of a body, with its padding; empty when the body is none.
  public static func match(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = body.startIndex + fixedLength
    guard body.endIndex - start >= 4 else { return body[body.endIndex...] }
    let length = Int(body[start + 2]) << 8 | Int(body[start + 3])
    return body[start..<min(body.endIndex, start + (length + 7) / 8 * 8)]
  }

  /// The table of a body; nil when the body is none.
  public static func table(_ body: ArraySlice<UInt8>) -> TableID? {
    body.count >= fixedLength ? TableID(rawValue: body[body.startIndex + 16]) : nil
  }

  /// The cookie of a body; 0 when the body is none.
  public static func cookie(_ body: ArraySlice<UInt8>) -> UInt64 {
    body.prefix(body.count >= fixedLength ? 8 : 0).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The priority of a body; 0 when the body is none.
  public static func priority(_ body: ArraySlice<UInt8>) -> UInt16 {
    guard body.count >= fixedLength else { return 0 }
    return UInt16(body[body.startIndex + 22]) << 8 | UInt16(body[body.startIndex + 23])
  }

  /// Whether two bodies are of one flow of the switch's: table, priority and match are the same.
  public static func haveSameKey(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    // The lookup of every flow ends here: in words where there are only whole ones.
    left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        let (end, otherEnd) = (matchEnd(left), matchEnd(right))
        guard end == otherEnd else { return false }
        guard let end else { return true }
        guard left[16] == right[16], left[22] == right[22], left[23] == right[23] else { return false }
        var offset = fixedLength
        while end - offset >= 8 {
          guard
            left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
              == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          else { return false }
          offset += 8
        }
        return left[offset..<end].elementsEqual(right[offset..<end])
      }
    }
  }

  /// Where the match with its padding ends; nil when the bytes are no body.
  private static func matchEnd(_ body: UnsafeRawBufferPointer) -> Int? {
    guard body.count >= fixedLength + 4 else { return body.count < fixedLength ? nil : fixedLength }
    let length = Int(body[fixedLength + 2]) << 8 | Int(body[fixedLength + 3])
    return min(body.count, fixedLength + (length + 7) / 8 * 8)
  }
}

extension FlowHasher {
  /// The hash of what the switch tells the flow of this body apart by.
  public func key(body: [UInt8]) -> UInt64 {
    guard let table = FlowBody.table(body[...]) else { return 0 }
    let match = FlowBody.match(body[...])
    return key(
      table: table, priority: FlowBody.priority(body[...]),
      match: body.span.bytes.extracting(match.startIndex..<match.endIndex))
  }

  /// The hash of everything that the switch reports of the flow of this body.
  public func content(body: [UInt8]) -> UInt64 {
    guard body.count >= FlowBody.fixedLength else { return 0 }
    let bytes = body.span.bytes
    let place = FlowHasher.word(bytes, 16)
    let header = FlowHeader(
      table: TableID(rawValue: UInt8(truncatingIfNeeded: place >> 56)), priority: UInt16(truncatingIfNeeded: place),
      cookie: FlowHasher.word(bytes, 0), idleTimeout: UInt16(truncatingIfNeeded: place >> 32),
      hardTimeout: UInt16(truncatingIfNeeded: place >> 16),
      flags: FlowFlags(rawValue: UInt16(truncatingIfNeeded: FlowHasher.word(bytes, 32) >> 16)))
    return content(header, tail: bytes.extracting(FlowBody.fixedLength..<body.count))
  }

  @inline(__always)
  private static func word(_ bytes: borrowing RawSpan, _ offset: Int) -> UInt64 {
    UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
