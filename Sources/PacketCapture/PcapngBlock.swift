/// The blocks of a pcapng file as bytes (draft-ietf-opsawg-pcapng). Integers are little-endian; the section header says
/// so to readers.
enum PcapngBlock {
  /// The most bytes of a text option: its length field has 16 bits.
  static let longestText = 65_535

  /// §4.1: byte-order magic, version 1.0, section of unknown length, and who wrote it.
  static func sectionHeader(application: String) -> [UInt8] {
    var body: [UInt8] = []
    append(UInt32(0x1a2b_3c4d), to: &body)
    append(UInt16(1), to: &body)
    append(UInt16(0), to: &body)
    append(UInt64.max, to: &body)
    appendOption(4, text: application, to: &body)  // shb_userappl
    return finished(type: 0x0a0d_0d0a, body: body, hasOptions: true)
  }

  /// §4.2: link type, snapshot length, name and a resolution of 10^-9 s.
  static func interfaceDescription(name: String, linkType: UInt16, snapshotLength: UInt32) -> [UInt8] {
    var body: [UInt8] = []
    append(linkType, to: &body)
    append(UInt16(0), to: &body)
    append(snapshotLength, to: &body)
    appendOption(2, text: name, to: &body)  // if_name
    appendOption(9, bytes: [9], to: &body)  // if_tsresol
    return finished(type: 1, body: body, hasOptions: true)
  }

  /// §4.3: one frame of the interface with the given number.
  static func enhancedPacket(interface: UInt32, frame: CapturedFrame, bytes: RawSpan, comment: String?) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(bytes.byteCount + 64)
    append(interface, to: &body)
    append(UInt32(truncatingIfNeeded: frame.timestamp.nanoseconds >> 32), to: &body)
    append(UInt32(truncatingIfNeeded: frame.timestamp.nanoseconds), to: &body)
    append(UInt32(clamping: bytes.byteCount), to: &body)
    append(UInt32(clamping: max(frame.originalLength, bytes.byteCount)), to: &body)
    bytes.withUnsafeBytes { body.append(contentsOf: $0) }
    pad(&body)
    if let comment { appendOption(1, text: comment, to: &body) }  // opt_comment
    return finished(type: 6, body: body, hasOptions: comment != nil)
  }

  /// §3.1: type, total length, body, total length again. A list of options ends with opt_endofopt (§3.5).
  private static func finished(type: UInt32, body: [UInt8], hasOptions: Bool) -> [UInt8] {
    let length = UInt32(clamping: body.count + 12 + (hasOptions ? 4 : 0))
    var block: [UInt8] = []
    block.reserveCapacity(Int(length))
    append(type, to: &block)
    append(length, to: &block)
    block.append(contentsOf: body)
    if hasOptions { append(UInt32(0), to: &block) }
    append(length, to: &block)
    return block
  }

  private static func appendOption(_ code: UInt16, text: String, to body: inout [UInt8]) {
    appendOption(code, bytes: Array(text.utf8.prefix(longestText)), to: &body)
  }

  private static func appendOption(_ code: UInt16, bytes: [UInt8], to body: inout [UInt8]) {
    append(code, to: &body)
    append(UInt16(clamping: bytes.count), to: &body)
    body.append(contentsOf: bytes)
    pad(&body)
  }

  /// Fields of variable length fill up to 32 bits; all else in a block's body is a multiple of that.
  private static func pad(_ body: inout [UInt8]) {
    while !body.count.isMultiple(of: 4) { body.append(0) }
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
