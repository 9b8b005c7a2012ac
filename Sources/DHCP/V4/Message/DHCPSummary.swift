import NetworkTypes
import PacketFormats

extension DHCPMessage {
  /// One line for logs and captures, such as
  /// `DHCP REQUEST fa:16:3e:00:00:01 xid 0x3903f326 requested 10.0.0.5 server 10.0.0.1`.
  public func summary(of payload: RawSpan) -> String {
    let number = (try? messageTypeNumber(in: payload)) ?? nil
    let name = number.map { DHCPMessageType(rawValue: $0)?.description ?? "type \($0)" } ?? "BOOTP"
    var text = "DHCP \(name) \(header.mac) xid 0x\(hexString(UInt64(header.transactionID), digits: 8))"
    let addresses = [
      ("client", header.clientAddress), ("your", header.yourAddress), ("relay", header.relayAddress),
    ]
    for (label, address) in addresses where address != .any {
      text += " \(label) \(address)"
    }
    if let requested = try? address(.requestedAddress, in: payload) { text += " requested \(requested)" }
    if let server = try? address(.serverIdentifier, in: payload) { text += " server \(server)" }
    if let lease = try? uint32(.leaseTime, in: payload) { text += " lease \(lease) s" }
    if let mtu = try? uint16(.interfaceMTU, in: payload) { text += " mtu \(mtu)" }
    if let name = value(.hostName, in: payload) { text += " name \(quoted(name))" }
    if let reason = value(.message, in: payload) { text += " message \(quoted(reason))" }
    return header.wantsBroadcast ? text + " broadcast" : text
  }

  /// Describes the payloads of UDP ports 67 and 68, for `FrameSummary`.
  public static func describe(source: UInt16, destination: UInt16, payload: RawSpan) -> String? {
    guard [67, 68].contains(source) || [67, 68].contains(destination) else { return nil }
    do throws(DHCPParseError) {
      return try DHCPMessage(parsing: payload).summary(of: payload)
    } catch {
      return "[\(error)]"
    }
  }
}

/// Bytes from a guest as text that cannot disturb a log: printable ASCII, everything else a dot, 64 at most.
private func quoted(_ bytes: [UInt8]) -> String {
  let shown = bytes.prefix(64).map { byte -> Character in
    (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "'") ? Character(UnicodeScalar(byte)) : "."
  }
  return "'" + String(shown) + (bytes.count > 64 ? "'…" : "'")
}
