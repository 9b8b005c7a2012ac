import Testing

/// A message as bytes, and what it means.
struct GoldenMessage: Sendable {
  /// What it is.
  let name: String
  /// The whole message.
  let bytes: [UInt8]
  /// How `ovs-ofctl ofp-print` begins to read it, with single spaces; nil for a message that it does not know.
  let text: String?

  init(_ name: String, _ digits: String, reads text: String?) {
    self.name = name
    self.bytes = hex(digits)
    self.text = text
  }

  /// The messages as they are encoded here.
  static let encoded: [GoldenMessage] =
    GoldenEncodedMessages.standard + GoldenEncodedExtensionMessages.extensions
    + GoldenEncodedMultipartMessages.requests + GoldenEncodedMultipartMessages.replies

  /// The messages as Open vSwitch sent them.
  static let recorded: [GoldenMessage] = GoldenRecordedMessages.messages + GoldenRecordedMultipartMessages.replies
}

extension GoldenMessage: CustomTestStringConvertible {
  var testDescription: String { name }
}
