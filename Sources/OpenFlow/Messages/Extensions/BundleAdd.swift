/// Puts a message into a bundle (ONF extension 230, ofp_bundle_add_msg).
public struct BundleAdd: Hashable, Sendable, WireValue {
  /// The number of the bundle.
  public var bundle: UInt32
  /// The flags that the bundle was opened with.
  public var flags: UInt16
  /// The message with its header, whose transaction id is the one of this message.
  public var message: [UInt8]

  /// An encoded message for a bundle.
  public init(bundle: UInt32, flags: UInt16 = 3, message: [UInt8]) {
    self.bundle = bundle
    self.flags = flags
    self.message = message
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    bundle = try reader.integer()
    try reader.skip(2)
    flags = try reader.integer()
    let start = reader
    message = reader.takeRest()
    var inner = WireReader(message, structure: "ofp_header")
    let length = (try? MessageHeader(&inner)).map { Int($0.length) }
    guard length == message.count else {
      throw start.malformed("expected one whole message in the bundle-add, its header says \(length ?? 0) bytes")
    }
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(bundle)
    bytes.appendZeros(2)
    bytes.appendInteger(flags)
    bytes += message
  }
}

extension BundleControl: WireValue {}
extension FlowMod: WireValue {}
