import NetworkTypes
import PacketFormats

// Domain names as DHCPv6 has them: labels behind their lengths, a zero at the end, never compressed (RFC 1035
// section 3.1, RFC 8415 section 10). As text they are what zone files have: a byte of a label that is not plain stands as
// `\DDD`, and the root is a dot (RFC 1035 section 5.1).

extension [UInt8] {
  /// Appends a name.
  ///
  /// - Parameter name: labels with dots between, with or without one at the end.
  /// - Returns: false, and nothing is appended, when a label is empty or longer than 63 bytes, or the name than 255, or
  ///   when it is not all of visible ASCII.
  mutating func appendDomainName(_ name: String) -> Bool {
    let start = count
    let utf8 = name.utf8.last == UInt8(ascii: ".") ? name.utf8.dropLast() : name.utf8[...]
    if name != "." {
      for label in utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
        guard appendLabel(label) else {
          removeLast(count - start)
          return false
        }
      }
    }
    append(0)
    guard count - start <= 255 else {
      removeLast(count - start)
      return false
    }
    return true
  }

  private mutating func appendLabel(_ text: Substring.UTF8View.SubSequence) -> Bool {
    let start = count
    append(0)
    var rest = text
    while let byte = rest.popFirst() {
      guard (0x21...0x7e).contains(byte) else { return false }
      guard byte == UInt8(ascii: "\\") else {
        append(byte)
        continue
      }
      guard let value = decimalByte(rest.prefix(3)) else { return false }
      append(value)
      rest.removeFirst(3)
    }
    let length = count - start - 1
    guard (1...63).contains(length) else { return false }
    self[start] = UInt8(truncatingIfNeeded: length)
    return true
  }
}

extension RawSpan {
  /// Reads the name at `offset`, and moves on to behind it.
  ///
  /// - Parameter end: where the field ends that the name is in.
  /// - Parameter isPartial: whether the name may end with the field instead of a zero (RFC 4704 section 4.2).
  /// - Returns: nil for a name that is cut short, longer than 255 bytes or compressed.
  func domainName(at offset: inout Int, end: Int, isPartial: Bool = false) -> String? {
    let start = offset
    var text = ""
    while offset < end, offset - start < 255, let length = uint8(at: offset) {
      offset += 1
      if length == 0 { return text.isEmpty ? "." : text }
      guard length <= 63, Int(length) <= end - offset, offset + Int(length) - start < 255 else { return nil }
      if !text.isEmpty { text += "." }
      for position in offset..<offset + Int(length) {
        let byte = uint8(at: position) ?? 0
        text += isPlain(byte) ? String(Character(UnicodeScalar(byte))) : "\\" + decimal(byte)
      }
      offset += Int(length)
    }
    return isPartial && offset == end ? text : nil
  }
}

private func isPlain(_ byte: UInt8) -> Bool {
  (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "\\")
}

private func decimal(_ byte: UInt8) -> String {
  let digits = String(byte)
  return String(repeating: "0", count: 3 - digits.count) + digits
}

private func decimalByte(_ text: Substring.UTF8View.SubSequence) -> UInt8? {
  guard text.count == 3, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
  return UInt8(String(decoding: text, as: UTF8.self))
}
