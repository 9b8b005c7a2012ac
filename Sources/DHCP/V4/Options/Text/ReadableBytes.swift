import NetworkTypes

// Bytes from outside as text that cannot disturb a log.

/// Bytes in quotes: printable ASCII, everything else a dot, 64 at most.
func quoted(_ bytes: some Collection<UInt8>) -> String {
  let shown = bytes.prefix(64).map { byte -> Character in
    isPrintable(byte) && byte != UInt8(ascii: "'") ? Character(UnicodeScalar(byte)) : "."
  }
  return "'" + String(shown) + (bytes.count > 64 ? "'…" : "'")
}

/// Bytes in quotes when all are printable, else in hexadecimal, 64 at most.
func readable(_ bytes: [UInt8]) -> String {
  if !bytes.isEmpty, bytes.allSatisfy(isPrintable) { return quoted(bytes) }
  return "0x" + hexString(bytes.prefix(64)) + (bytes.count > 64 ? "…" : "")
}

private func isPrintable(_ byte: UInt8) -> Bool {
  (0x20...0x7e).contains(byte)
}
