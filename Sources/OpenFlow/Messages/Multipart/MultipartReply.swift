/// One part of an answer, not yet decoded (OpenFlow 1.3.5 section 7.3.5, ofp_multipart_reply).
public struct MultipartReply: Hashable, Sendable {
  /// What was asked for.
  public var kind: MultipartKind
  /// Whether more parts follow (OFPMPF_REPLY_MORE).
  public var hasMore: Bool
  /// What comes after the numbers: whole entries.
  public var body: [UInt8]

  /// A part of these bytes.
  public init(kind: MultipartKind, hasMore: Bool = false, body: [UInt8]) {
    self.kind = kind
    self.hasMore = hasMore
    self.body = body
  }

  /// What this part holds.
  public func answer() throws(MalformedMessage) -> MultipartAnswer {
    try MultipartAnswer(self)
  }
}

extension MultipartReply: WireValue {
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    (kind, hasMore) = try MultipartKind.read(&reader)
    body = reader.takeRest()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    kind.encode(hasMore: hasMore, to: &bytes)
    bytes += body
  }
}

extension MultipartReply {
  /// The most bytes of a part's body: a message, less its header and the part's numbers.
  private static func longestBody(_ kind: MultipartKind) -> Int {
    MessageHeader.longest - MessageHeader.size - (kind.extension == nil ? 8 : 16)
  }

  /// The parts that an answer takes, none of them longer than a message can be. A single entry that is longer gets a part
  /// of its own, which then cannot be encoded.
  ///
  /// - Parameter limit: The most bytes of a part's body, if it is to be shorter.
  public static func parts(of answer: MultipartAnswer, limit: Int = .max) -> [MultipartReply] {
    let (kind, entries) = answer.encoded
    let limit = min(max(1, limit), longestBody(kind))
    var parts: [MultipartReply] = []
    var body: [UInt8] = []
    for entry in entries {
      if !body.isEmpty, body.count + entry.count > limit {
        parts.append(MultipartReply(kind: kind, hasMore: true, body: body))
        body = []
      }
      body += entry
    }
    parts.append(MultipartReply(kind: kind, body: body))
    return parts
  }
}
