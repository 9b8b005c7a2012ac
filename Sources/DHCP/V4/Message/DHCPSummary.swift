import NetworkTypes
import PacketFormats

extension DHCPMessage {
  /// One line for logs and captures, such as
  /// `DHCP REQUEST fa:16:3e:00:00:01 xid 0x3903f326 requested 10.0.0.5 server 10.0.0.1`.
  ///
  /// What is from a guest is quoted, without anything but printable ASCII, and cut to 64 bytes. An option that is not
  /// what it should be is left out, but for texts, which are shown whatever they are.
  public func summary(of payload: RawSpan) -> String {
    let number = (try? messageTypeNumber(in: payload)) ?? nil
    let name = number.map { DHCPMessageType(rawValue: $0)?.description ?? "type \($0)" } ?? "BOOTP"
    var text = "DHCP \(name) \(header.mac) xid 0x\(hexString(UInt64(header.transactionID), digits: 8))"
    let addresses = [
      ("client", header.clientAddress), ("your", header.yourAddress), ("next", header.nextServerAddress),
      ("relay", header.relayAddress),
    ]
    for (label, address) in addresses where address != .any {
      text += " \(label) \(address)"
    }
    for part in DHCPMessage.summaryParts {
      guard let bytes = value(part.code, in: payload), let shown = part.show(self, bytes) else { continue }
      text += " \(part.label) \(shown)"
    }
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

/// An option in a summary: what it is called there, and how its value is shown, if at all.
private struct SummaryPart: Sendable {
  let label: String
  let code: DHCPOptionCode
  let show: @Sendable (DHCPMessage, [UInt8]) -> String?
}

extension DHCPMessage {
  /// The options of a summary in their order.
  private static let summaryParts: [SummaryPart] = [
    typed("requested", .requestedAddress),
    typed("server", .serverIdentifier),
    typed("lease", .leaseTime, unit: " s"),
    typed("mtu", .interfaceMTU),
    SummaryPart(label: "name", code: .hostName) { quoted($1) },
    typed("fqdn", .clientFQDN),
    SummaryPart(label: "vendor", code: .vendorClassIdentifier) { quoted($1) },
    typed("class", .userClass),
    typed("arch", .clientArchitecture),
    SummaryPart(label: "id", code: .clientIdentifier) { (message, bytes) in
      guard case .clientIdentifier(let identifier)? = try? DHCPOptionValue(decoding: bytes, of: .clientIdentifier),
        // Most clients' identifier is the address that the line begins with.
        identifier.mac != message.header.mac
      else { return nil }
      return identifier.description
    },
    SummaryPart(label: "asks", code: .parameterRequestList) { String($1.count) },
    SummaryPart(label: "agent", code: .relayAgentInformation) { (_, bytes) in
      let value = try? DHCPOptionValue(decoding: bytes, of: .relayAgentInformation)
      return value.map { "(\(cut($0.description)))" }
    },
    SummaryPart(label: "message", code: .message) { quoted($1) },
  ]

  private static func typed(_ label: String, _ code: DHCPOptionCode, unit: String = "") -> SummaryPart {
    SummaryPart(label: label, code: code) { (_, bytes) in
      guard let value = try? DHCPOptionValue(decoding: bytes, of: code) else { return nil }
      return cut(value.description) + unit
    }
  }
}

/// Names and lists from guests can be as long as the message; 128 bytes of them are shown.
private func cut(_ text: String) -> String {
  text.utf8.count > 128 ? String(decoding: text.utf8.prefix(128), as: UTF8.self) + "…" : text
}
