/// Domain names as sequences of labels (RFC 1035 section 3.1), for what a guest is told about its own name.
enum DHCPDomainName {
  /// The longest name with its lengths and its end.
  static let longest = 255

  /// `host` within `domain`, ended by a zero byte; empty when there is no host, or when the two make no name.
  static func labels(host: String?, domain: String?) -> [UInt8] {
    guard let host, !host.isEmpty else { return [] }
    let name = host.contains(".") || domain?.isEmpty ?? true ? host : "\(host).\(domain ?? "")"
    var labels: [UInt8] = []
    for label in name.split(separator: ".") {
      let bytes = Array(label.utf8)
      guard (1...63).contains(bytes.count) else { return [] }
      labels.append(UInt8(truncatingIfNeeded: bytes.count))
      labels += bytes
    }
    labels.append(0)
    return labels.count <= longest ? labels : []
  }
}
