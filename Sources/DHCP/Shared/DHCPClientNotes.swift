/// Where a client's own words are in its frame: what is shown beside its lease, and never decided by.
public struct DHCPClientNotes: Hashable, Sendable {
  /// Its name (option 12); empty when it gave none.
  public internal(set) var hostName = 0..<0
  /// What made it (option 60); empty when it does not say.
  public internal(set) var vendorClass = 0..<0

  /// Whether the name is labels with their lengths before them, as DHCPv6 has it.
  public internal(set) var namesAreLabels = false

  /// Tells the client's transactions apart.
  public internal(set) var transactionID: UInt32 = 0

  /// Nothing.
  public init() {}

  init(_ request: DHCPRequest) {
    transactionID = request.transactionID
    // Options that came in parts have no one place in the frame.
    guard request.wishes.joined == nil else { return }
    hostName = DHCPClientNotes.range(request.wishes.hostName, request.payload.lowerBound)
    vendorClass = DHCPClientNotes.range(request.wishes.vendorClass, request.payload.lowerBound)
  }

  init(_ request: DHCPv6Request) {
    transactionID = request.message.transactionID
    let start = request.payload.lowerBound
    // After the flags, names are labels with their lengths before them (RFC 4704 section 4.2).
    if let fqdn = request.fqdn, fqdn.count > 2 {
      hostName = start + fqdn.lowerBound + 1..<start + fqdn.upperBound
      namesAreLabels = true
    }
    // After the enterprise number, texts with their lengths before them (RFC 8415 section 21.16).
    if let vendor = request.vendorClass, vendor.count > 6 {
      vendorClass = start + vendor.lowerBound + 6..<start + vendor.upperBound
    }
  }

  private static func range(_ place: DHCPOptionPlace, _ start: Int) -> Range<Int> {
    start + place.range.lowerBound..<start + place.range.upperBound
  }
}
