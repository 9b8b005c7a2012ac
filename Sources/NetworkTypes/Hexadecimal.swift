/// The value of one ASCII hexadecimal digit, or nil for any other byte.
@inlinable
package func hexDigitValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The ASCII digit of a value below 16.
func lowerCaseHexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}

/// `value` in lower-case hexadecimal, padded with zeros to at least `digits`.
package func hexString(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return text.count >= digits ? text : String(repeating: "0", count: digits - text.count) + text
}

/// `bytes` as lower-case hexadecimal pairs without a separator.
package func hexString(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { hexString(UInt64($0), digits: 2) }.joined()
}
