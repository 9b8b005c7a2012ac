import PacketFormats

/// What firmware that boots over HTTP says and takes (UEFI specification, "HTTP Boot").
enum HTTPBoot {
  /// The class of such clients, and of servers that serve them.
  static let vendorClass = Array("HTTPClient".utf8)

  /// Whether such a client can load the file.
  static func isURL(_ file: some Sequence<UInt8>) -> Bool { file.starts(with: "http".utf8) }
}

extension RawSpan {
  /// Whether a client's class there begins with "HTTPClient".
  func saysHTTPClient(at offset: Int) -> Bool {
    uint32(at: offset) == 0x4854_5450 && uint32(at: offset + 4) == 0x436c_6965 && uint16(at: offset + 8) == 0x6e74
  }
}
