import PacketFormats

/// The guest's whole name in the form that it asks in (RFC 4702 sections 2.1 and 4): only to who sent the option, with the flags
/// that say that nobody here updates the DNS. Without a name of ours the guest's own goes back.
struct DHCPFullName {
  private let binding: DHCPCompiledBinding

  private static let serverUpdates: UInt8 = 1
  private static let overridden: UInt8 = 2
  private static let encoded: UInt8 = 4
  private static let noUpdate: UInt8 = 8
  /// Flags and two deprecated fields.
  private static let headLength = 3
  /// The longest name on the wire (RFC 1035 section 2.3.4), less than what is left of an option of one part.
  private static let longest = 252

  init(_ binding: DHCPCompiledBinding) {
    self.binding = binding
  }

  /// Appends the option.
  func write(inAnswerTo sent: RawSpan, to buffer: inout [UInt8]) {
    guard let flags = sent.uint8(at: 0), sent.byteCount >= DHCPFullName.headLength else { return }
    let isEncoded = flags & DHCPFullName.encoded != 0
    var answer = flags & DHCPFullName.encoded | DHCPFullName.noUpdate
    if flags & DHCPFullName.serverUpdates != 0 { answer |= DHCPFullName.overridden }
    let start = buffer.count
    // The codes of the deprecated fields say that no server has made an update.
    buffer.append(contentsOf: [DHCPOptionCode.clientFQDN.rawValue, 0, answer, 255, 255])
    if !appendName(isEncoded: isEncoded, to: &buffer) {
      buffer.append(sent, DHCPFullName.headLength..<min(sent.byteCount, 255))
    }
    buffer[start + 1] = UInt8(clamping: buffer.count - start - 2)
  }

  /// Appends host and domain, as labels with their lengths or with dots between; returns whether there is such a name.
  private func appendName(isEncoded: Bool, to buffer: inout [UInt8]) -> Bool {
    let start = buffer.count
    let host = DHCPFullName.value(.hostName, in: binding.portOptions)
    guard !host.isEmpty else { return false }
    let isWhole = host.contains(UInt8(ascii: "."))
    // A domain of the port's own stands with the port's options.
    let own = isWhole ? [] : DHCPFullName.value(.domainName, in: binding.portOptions)
    let domain = isWhole || !own.isEmpty ? own : DHCPFullName.value(.domainName, in: binding.networkOptions)
    for label in [host, domain].lazy.flatMap({ $0.split(separator: UInt8(ascii: ".")) }) {
      guard label.count <= 63 else {
        buffer.removeLast(buffer.count - start)
        return false
      }
      if isEncoded {
        buffer.append(UInt8(truncatingIfNeeded: label.count))
      } else if buffer.count > start {
        buffer.append(UInt8(ascii: "."))
      }
      buffer.append(contentsOf: label)
    }
    if isEncoded { buffer.append(0) }
    guard buffer.count - start <= DHCPFullName.longest else {
      buffer.removeLast(buffer.count - start)
      return false
    }
    return true
  }

  /// The value of an encoded option; empty when it is not there.
  private static func value(_ code: DHCPOptionCode, in options: [UInt8]) -> ArraySlice<UInt8> {
    var offset = 0
    while offset + 2 <= options.count {
      let end = min(options.count, offset + 2 + Int(options[offset + 1]))
      if options[offset] == code.rawValue { return options[offset + 2..<end] }
      offset = end
    }
    return []
  }
}
