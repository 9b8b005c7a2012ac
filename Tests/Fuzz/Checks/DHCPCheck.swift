import DHCP
import NetworkTypes
import PacketFormats

extension FuzzCheck {
  /// What guests and operators say to the DHCP server. The first byte says what the rest is: a frame for the responder, a
  /// message, an option's value behind its code, or an operator's text behind an option's code.
  public static let dhcp = FuzzCheck("dhcp") { (bytes) throws(FuzzFinding) in
    var input = FuzzInput(bytes)
    switch input.byte() & 3 {
    case 0: try checkResponder(input.take(bytes.count))
    case 1: try checkMessage(input.take(bytes.count))
    case 2: try checkValue(DHCPOptionCode(rawValue: input.byte()), input.take(bytes.count))
    default: try checkText(DHCPOptionCode(rawValue: input.byte()), input.take(bytes.count))
    }
  }

  private static let mac = MACAddress(0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33)
  private static let server = IPv4Address(10, 0, 0, 1)

  private static let binding: DHCPCompiledBinding? = IPv4Prefix("10.0.0.0/24").map { prefix in
    DHCPBinding(
      mac: mac, address: IPv4Address(10, 0, 0, 55), prefix: prefix, router: server, serverIdentifier: server,
      dnsServers: [IPv4Address(192, 0, 2, 53)], domainName: "example.test", hostName: "guest1", mtu: 1450,
      boot: DHCPBoot(nextServer: server, serverName: "boot", file: "file", files: [7: "efi"], ipxeFile: "script"),
      ipv6OnlySeconds: 300, allowsRapidCommit: true, trustsRelayAgents: true
    ).compiled
  }

  /// A frame gets a reply that is a whole frame to the guest with a message that can be read, or the buffer stays empty.
  private static func checkResponder(_ frame: [UInt8]) throws(FuzzFinding) {
    var reply: [UInt8] = []
    let outcome = DHCPResponder.respond(to: frame.span.bytes, binding: binding, serverMAC: .broadcast, into: &reply)
    _ = FrameSummary(describeUDP: DHCPMessage.describe).line(for: frame.span.bytes)
    guard case .reply = outcome else {
      return try require(reply.isEmpty, "\(outcome) leaves \(reply.count) bytes in the buffer")
    }
    try require((14 + 28 + 300...14 + 1500).contains(reply.count), "a reply is \(reply.count) bytes long")
    let payload = reply.span.bytes.extracting(42..<reply.count)
    guard let message = try? DHCPMessage(parsing: payload) else {
      throw FuzzFinding("a reply cannot be read: \(reply)")
    }
    try require(message.header.operation == 2 && message.header.mac == mac, "a reply is \(message.header)")
    try require(message.has(.messageType) && message.has(.serverIdentifier), "a reply lacks what every reply has")
  }

  /// A message that can be read is written as one with the same header and options, and its line is bounded.
  private static func checkMessage(_ payload: [UInt8]) throws(FuzzFinding) {
    guard let message = try? DHCPMessage(parsing: payload.span.bytes) else { return }
    let summary = message.summary(of: payload.span.bytes)
    try require(summary.utf8.count < 2048, "a summary is \(summary.utf8.count) bytes long")
    let isPrintable = summary.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) || $0 == "…" }
    try require(isPrintable, "a summary disturbs a log: \(summary.debugDescription)")
    let options = message.options(in: payload.span.bytes)
    for option in options {
      try checkValue(option.code, option.value)
    }
    // The fields that an overload opens are joined with the rest when they are read, so that it is not written again.
    let written = options.filter { $0.code != .overload }
    var again: [UInt8] = []
    DHCPMessage.write(message.header, options: written, to: &again)
    guard let read = try? DHCPMessage(parsing: again.span.bytes) else { throw FuzzFinding("\(again) cannot be read") }
    try require(read.header == message.header, "\(message.header) is read again as \(read.header)")
    // Longer messages are out of the index's reach.
    guard again.count < 0xffff else { return }
    try require(read.options(in: again.span.bytes) == written, "\(written) are read again as other options")
  }

  /// A value that can be read is written as bytes and as text that are read as the same.
  private static func checkValue(_ code: DHCPOptionCode, _ bytes: [UInt8]) throws(FuzzFinding) {
    let value: DHCPOptionValue
    do throws(DHCPOptionError) {
      value = try DHCPOptionValue(decoding: bytes, of: code)
    } catch {
      let isInside = error.code == code && (0...bytes.count).contains(error.offset)
      return try require(isInside, "the error of option \(code.rawValue) is past its end: \(error)")
    }
    for encoded in [value.encoded, value.encodedCompressed] {
      let again = try? DHCPOptionValue(decoding: encoded, of: code)
      try require(again == value, "option \(code.rawValue) \(value) is read again as \(String(describing: again))")
    }
    // An operator's values have limits, a peer's do not.
    guard DHCPOptionDefinition(of: code)?.limits == nil else { return }
    let again = try? DHCPOptionValue(text: value.text, of: code)
    try require(again == value, "option \(code.rawValue) \(value.text) is read as \(String(describing: again))")
  }

  /// Text that can be read is a value that holds what a value from the wire does; one that cannot has a reason.
  private static func checkText(_ code: DHCPOptionCode, _ bytes: [UInt8]) throws(FuzzFinding) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? DHCPExtraOption(named: text, text: text)
    let value: DHCPOptionValue
    do throws(DHCPOptionTextError) {
      value = try DHCPOptionValue(text: text, of: code)
    } catch {
      return try require(error.description.utf8.count < 1024, "an error is \(error.description.utf8.count) bytes long")
    }
    try checkValue(code, value.encoded)
    let again = try? DHCPOptionValue(text: value.text, of: code)
    try require(again == value, "\(text) is option \(code.rawValue) \(value.text), which is read as another")
  }
}
