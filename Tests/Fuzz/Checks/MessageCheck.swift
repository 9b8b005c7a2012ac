import OpenFlow

extension FuzzCheck {
  /// A message of OpenFlow: decoding gives a message or an error, and what was decoded is encoded to bytes that are
  /// decoded to the same. The header's version and length are made to fit, so that the bytes get as far as the body.
  public static let message = FuzzCheck("message") { (bytes) throws(FuzzFinding) in
    guard let (header, message) = try? OpenFlowMessage.decode(fitted(bytes)) else { return }
    guard let encoded = try? message.encode(xid: header.xid) else {
      throw FuzzFinding("\(message) was decoded and cannot be encoded")
    }
    try require((try? OpenFlowMessage.decode(encoded).message) == message, "\(message) is not stable")
    guard case .multipartReply(let reply) = message, let answer = try? reply.answer() else { return }
    // As few bytes in a part as there can be: every entry gets a part of its own.
    for limit in [1, Int.max] {
      var assembly = MultipartAssembly(to: .other(reply.kind, []), limit: 1 << 24)
      var result: MultipartAnswer?
      for part in MultipartReply.parts(of: answer, limit: limit) {
        try require(result == nil, "the answer \(answer) ends before its last part")
        result = try? assembly.append(part)
      }
      try require(result == answer, "the answer \(answer) is not stable in parts of \(limit) bytes")
    }
  }

  private static func fitted(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 8, bytes.count < 1 << 16 else { return bytes }
    var bytes = bytes
    // A hello and an error may be of any version.
    if bytes[1] > 1 { bytes[0] = 4 }
    bytes[2] = UInt8(truncatingIfNeeded: bytes.count >> 8)
    bytes[3] = UInt8(truncatingIfNeeded: bytes.count)
    return bytes
  }
}
