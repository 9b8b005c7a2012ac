import DHCP
import NetworkTypes
import Testing

/// Requests in the form of Windows 10 and 11, by the options that they send and the order of these.
@Suite("Windows' requests")
struct WindowsTests {
  private func code(_ number: UInt8) -> DHCPOptionCode { DHCPOptionCode(rawValue: number) }

  private var identifier: DHCPOption { DHCPOption(.clientIdentifier, [1, 0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33]) }
  private var hostName: DHCPOption { DHCPOption(.hostName, Array("DESKTOP-AB12CD3".utf8)) }
  /// Its whole name in ASCII, without a dot at its end.
  private var fullName: DHCPOption { DHCPOption(.clientFQDN, [0, 0, 0] + Array("DESKTOP-AB12CD3".utf8)) }
  private var wishes: [DHCPOption] {
    [
      DHCPOption(code(60), Array("MSFT 5.0".utf8)),
      DHCPOption(.parameterRequestList, [1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252]),
    ]
  }

  private var discover: ClientMessage {
    var message = ClientMessage(.discover, [identifier, hostName] + wishes)
    // It counts seconds, and writes the number with its bytes the other way round.
    message.header.seconds = 0x0400
    return message
  }

  @Test(
    "it is given both numbers of classless routes with the default among them, its broadcast flag, and seconds of 0")
  func discovers() throws {
    let reply = try Reply(discover)
    #expect(reply[.classlessStaticRoutes] == reply[.microsoftClasslessStaticRoutes])
    #expect(reply[.classlessStaticRoutes]?.suffix(5) == [0, 10, 0, 0, 1])
    #expect(reply.codes.filter { [31, 33, 43, 44, 46, 47, 252].contains($0) }.isEmpty, "what there is not is not sent")
    #expect(reply.header.seconds == 0 && reply.destination == reserved)
    var toggled = discover
    toggled.header.flags = 0x8000
    #expect(try Reply(toggled).destination == .broadcast, "it tries with the flag when it hears nothing without")
  }

  @Test("it takes the offer, comes back with its lease, and prolongs it by unicast")
  func requests() throws {
    let wanted = addressOption(.requestedAddress, reserved)
    let chosen = addressOption(.serverIdentifier, server)
    let selecting = try Reply(ClientMessage(.request, [identifier, wanted, chosen, hostName, fullName] + wishes))
    #expect(selecting.type == .ack && selecting.outcome.state == .selecting)
    #expect(selecting[.clientFQDN]?.first == 0b1000, "nobody here updates the DNS")
    let back = try Reply(ClientMessage(.request, [identifier, wanted, hostName, fullName] + wishes))
    #expect(back.type == .ack && back.outcome.state == .initReboot)
    var renewal = ClientMessage(.request, [identifier, hostName, fullName] + wishes)
    renewal.header.clientAddress = reserved
    (renewal.source, renewal.destination) = (reserved, server)
    #expect(try Reply(renewal).outcome.state == .renewing)
  }

  @Test("with an address it asks by broadcast for its proxy, and is answered without a lease")
  func informs() throws {
    var message = ClientMessage(.inform, [identifier, hostName] + wishes)
    message.header.clientAddress = reserved
    message.source = reserved
    let reply = try Reply(message)
    #expect(reply.type == .ack && reply[.leaseTime] == nil && reply.destination == reserved)
  }

  @Test("over IPv6 its options come in an order of their own, with a name that has no end")
  func solicits() throws {
    var message = V6ClientMessage(.solicit)
    message.options = [
      DHCPv6Option(.elapsedTime, .uint16(0)), DHCPv6Option(.clientID, .duid(clientDUID)), iaNA(0x0d02_0000),
      DHCPv6Option(.clientFQDN, .fqdn(flags: 0, name: "DESKTOP-AB12CD3", isPartial: true)),
      DHCPv6Option(.vendorClass, .vendorClass(enterprise: 311, [Array("MSFT 5.0".utf8)])), asking(for: 17, 23, 24, 39),
    ]
    let outcome = DHCPv6Responder.respond(
      to: message.frame.span.bytes, binding: try guestBinding6(), serverMAC: serverMAC)
    guard case .reply(let reply, nil) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reply.kind == .advertise && reply.grantsLease)
  }
}

extension DHCPv6Responder {
  /// What comes of a frame, without the reply's bytes.
  fileprivate static func respond(
    to frame: RawSpan, binding: DHCPv6Binding?, serverMAC: MACAddress
  ) -> DHCPv6Outcome {
    var buffer: [UInt8] = []
    return respond(to: frame, binding: binding, serverMAC: serverMAC, into: &buffer)
  }
}
