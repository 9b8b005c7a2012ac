import NetworkTypes
import PacketFormats

extension DHCPv6Message {
  /// Describes any DHCPv6 message in one line, a relayed one with what it carries: `DHCPv6 SOLICIT xid 0x553301 client
  /// LLT/1/… elapsed 0 ms asks for 23, 24 IA_NA 0x3e112233`. What cannot be read is said in brackets.
  public static func summary(of payload: RawSpan) -> String {
    summary(of: payload, relays: 0)
  }

  /// Describes the payloads of UDP ports 546 and 547, for `FrameSummary`.
  public static func describe(source: UInt16, destination: UInt16, payload: RawSpan) -> String? {
    guard [546, 547].contains(source) || [546, 547].contains(destination) else { return nil }
    return summary(of: payload)
  }

  /// As many relay agents as a message may pass (HOP_COUNT_LIMIT, RFC 8415 section 7.6).
  private static let mostRelays = 8

  private static func summary(of payload: RawSpan, relays: Int) -> String {
    do throws(DHCPv6ParseError) {
      let message = try DHCPv6Message(parsing: payload)
      var text = "DHCPv6 \(message.type) xid 0x\(hexString(UInt64(message.transactionID), digits: 6))"
      for option in try message.decodedOptions(in: payload) { text += option.summary }
      return text
    } catch {
      guard case .relayed(let type) = error else { return "[\(error)]" }
      return relaySummary(type, payload, relays)
    }
  }

  /// A relay agent's header is 34 bytes long (RFC 8415 section 9).
  private static func relaySummary(_ type: DHCPv6MessageType, _ payload: RawSpan, _ relays: Int) -> String {
    guard let hops = payload.uint8(at: 1), let link = payload.ipv6Address(at: 2), let peer = payload.ipv6Address(at: 18)
    else { return "[\(DHCPv6ParseError.truncated(needed: 34, available: payload.byteCount))]" }
    let text = "DHCPv6 \(type) hops \(hops) link \(link) peer \(peer)"
    guard relays < mostRelays else { return text + " […]" }
    var cursor = DHCPv6OptionCursor(34..<payload.byteCount)
    do throws(DHCPv6ParseError) {
      while let option = try cursor.next(in: payload) {
        guard option.code == .relayMessage else { continue }
        return text + " { \(summary(of: payload.extracting(option.value), relays: relays + 1)) }"
      }
    } catch {
      return text + " [\(error)]"
    }
    return text
  }
}

extension DHCPv6Option {
  /// The option with a space before it, or nothing for those that say nothing to a reader of logs.
  fileprivate var summary: String {
    switch (code, value) {
    case (.clientID, .duid(let duid)): return " client \(duid)"
    case (.serverID, .duid(let duid)): return " server \(duid)"
    case (.optionRequest, .codes(let codes)):
      return " asks for " + codes.prefix(24).map(String.init).joined(separator: ", ") + (codes.count > 24 ? ", …" : "")
    case (.elapsedTime, .uint16(let hundredths)): return " elapsed \(Int(hundredths) * 10) ms"
    case (.rapidCommit, _): return " rapid commit"
    case (.preference, .uint8(let value)): return " preference \(value)"
    case (_, .association(let iaid, let t1, let t2, let options)):
      let times = t1 == 0 && t2 == 0 ? "" : " T1 \(seconds(t1)) T2 \(seconds(t2))"
      let name = DHCPv6OptionRegistry.name(of: code) ?? "IA"
      return " \(name) 0x\(hexString(UInt64(iaid), digits: 8))\(times)" + options.map(\.summary).joined()
    case (_, .address(let address, let preferred, let valid, let options)):
      return " \(address) for \(seconds(preferred))/\(seconds(valid))" + options.map(\.summary).joined()
    case (_, .prefix(let address, let length, let preferred, let valid, let options)):
      return " \(address)/\(length) for \(seconds(preferred))/\(seconds(valid))" + options.map(\.summary).joined()
    case (_, .status(let status, let message)):
      return " \(status)" + (message.isEmpty ? "" : " \(quotedText(message))")
    case (.dnsServers, .addresses(let addresses)):
      return " DNS " + addresses.prefix(16).map(\.description).joined(separator: ", ")
    case (.domainList, .domains(let names)): return " search " + names.prefix(16).joined(separator: ", ")
    case (_, .fqdn(let flags, let name, _)): return " name \(quotedText(name)) flags \(flags)"
    case (.bootFileURL, .text(let url)): return " boot file \(quotedText(url))"
    default: return " +\(code.rawValue)"
    }
  }
}

private func seconds(_ value: UInt32) -> String {
  value == .max ? "ever" : "\(value) s"
}

/// Text from outside that cannot disturb a log: printable ASCII, everything else a dot, 64 at most.
private func quotedText(_ text: String) -> String {
  let shown = text.utf8.prefix(64).map { byte -> Character in
    (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "'") ? Character(UnicodeScalar(byte)) : "."
  }
  return "'" + String(shown) + (text.utf8.count > 64 ? "'…" : "'")
}
