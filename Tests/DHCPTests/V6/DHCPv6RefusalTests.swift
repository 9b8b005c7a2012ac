import DHCP
import NetworkTypes
import PacketFormats
import Testing

@Suite("Frames that DHCPv6 does not answer")
struct DHCPv6RefusalTests {
  private let solicit = V6ClientMessage(.solicit, [iaNA()])

  private func changed(_ offset: Int, to value: UInt8) -> [UInt8] {
    var bytes = solicit.frame
    bytes[offset] = value
    return bytes
  }

  private func sending(_ change: (inout V6ClientMessage) -> Void) -> [UInt8] {
    var message = solicit
    change(&message)
    return message.frame
  }

  /// The frame with an extension header before UDP.
  private func extended(_ type: UInt8, _ header: [UInt8]) -> [UInt8] {
    var bytes = solicit.frame
    bytes[20] = type
    bytes[19] += UInt8(header.count)
    return Array(bytes[..<54]) + header + Array(bytes[54...])
  }

  @Test("each broken header is dropped for its own reason")
  func headers() throws {
    let cases: [([UInt8], DHCPv6DropReason)] = [
      (Array(solicit.frame.prefix(13)), .truncatedFrame), (changed(12, to: 0x08), .notIPv6),
      (changed(14, to: 0x45), .malformedIPv6), (changed(18, to: 0xff), .malformedIPv6), (changed(20, to: 6), .notUDP),
      (changed(59, to: 0xff), .malformedUDP), (changed(59, to: 7), .malformedUDP),
      (sending { $0.port = 546 }, .notServerPort), (sending { $0.source = .any }, .notLinkLocalSource),
      (sending { $0.source = reserved6 }, .notLinkLocalSource),
      (sending { $0.destination = serverLinkLocal }, .notForServer),
      (sending { $0.destination = .allNodes }, .notForServer),
      (sending { $0.senderMAC = serverMAC }, .foreignHardwareAddress),
      (sending { $0.tag = VLANTag(controlInformation: 5) }, .foreignVLAN),
      (extended(44, [17, 0, 0, 8, 0, 0, 0, 1]), .fragment), (extended(44, [17, 0, 0, 1, 0, 0, 0, 1]), .fragment),
      (solicit.frame(carrying: []), .truncatedMessage), (solicit.frame(carrying: [1, 0, 0]), .truncatedMessage),
      (solicit.frame(carrying: [0, 0, 0, 1]), .unexpectedMessageType),
      (solicit.frame(carrying: [14, 0, 0, 1]), .unexpectedMessageType),
      (solicit.frame(carrying: [255, 0, 0, 1]), .unexpectedMessageType),
      (solicit.frame(carrying: solicit.payload + [0]), .malformedOptions),
      (solicit.frame(carrying: solicit.payload + [0, 99, 0, 1]), .malformedOptions),
      (solicit.frame(carrying: solicit.payload + [0, 6, 0, 1, 0]), .malformedOptions),
      (solicit.frame(carrying: solicit.payload + [0, 39, 0, 0]), .malformedOptions),
      (solicit.frame(carrying: solicit.payload + [0, 3, 0, 4, 0, 0, 0, 1]), .malformedOptions),
      (
        solicit.frame(carrying: solicit.payload + frame("0003 002a 00*12 0005 001a 00*24 000d")), .malformedOptions
      ),
      (
        solicit.frame(carrying: solicit.payload + frame("0019 002d 00*12 001a 001d 00*25 000d 0001")), .malformedOptions
      ),
    ]
    for (bytes, reason) in cases {
      #expect(respond6(bytes, try guestBinding6()) == .drop(reason))
    }
    #expect(respond6(solicit.frame, nil) == .drop(.noBinding))
  }

  @Test("a priority tag, any hop limit, and extension headers before the datagram are taken")
  func liberal() throws {
    let tagged = sending { $0.tag = VLANTag(controlInformation: 0x6000) }
    let far = sending { $0.hopLimit = 255 }
    let options = extended(60, [17, 0, 1, 4, 0, 0, 0, 0])
    let padded = solicit.frame + [0xff, 0xff, 0xff]
    for bytes in [tagged, far, options, padded] {
      #expect(try V6Reply(bytes).type == .advertise)
    }
  }

  @Test("messages of servers and relay agents get nothing")
  func types() throws {
    for type in [DHCPv6MessageType.advertise, .reply, .reconfigure] {
      #expect(respond6(V6ClientMessage(type, [iaNA()]).frame, try guestBinding6()) == .drop(.unexpectedMessageType))
    }
    for type: UInt8 in [12, 13] {
      let relayed = [type, 0] + [UInt8](repeating: 0, count: 32)
      #expect(respond6(solicit.frame(carrying: relayed), try guestBinding6()) == .drop(.relayed))
    }
  }

  @Test("each message needs, or must not have, the identifiers that RFC 8415 section 16 says")
  func identifiers() throws {
    let foreign = DHCPv6Option(.serverID, .duid(DHCPv6DUID(guestMAC)))
    let own = DHCPv6Option(.serverID, .duid(serverDUID))
    let lease = iaNA(1, [reserved6])
    for type in [DHCPv6MessageType.solicit, .confirm, .rebind] {
      let message = V6ClientMessage(type, [lease])
      #expect(respond6(message.without(.clientID).frame, try guestBinding6()) == .drop(.noClientIdentifier))
      #expect(respond6(message.with(own).frame, try guestBinding6()) == .drop(.unexpectedServerIdentifier))
    }
    for type in [DHCPv6MessageType.request, .renew, .release, .decline] {
      let message = V6ClientMessage(type, [lease])
      #expect(respond6(message.without(.clientID).frame, try guestBinding6()) == .drop(.noClientIdentifier))
      #expect(respond6(message.without(.serverID).frame, try guestBinding6()) == .drop(.noServerIdentifier))
      let other = message.without(.serverID).with(foreign)
      #expect(respond6(other.frame, try guestBinding6()) == .drop(.otherServer))
    }
    let information = V6ClientMessage(.informationRequest, [asking(for: 23)])
    #expect(respond6(information.with(foreign).frame, try guestBinding6()) == .drop(.otherServer))
    for association in [iaNA(), iaTA(), iaPD()] {
      #expect(respond6(information.with(association).frame, try guestBinding6()) == .drop(.unexpectedAssociation))
    }
  }

  @Test("another server's identifier is another's, however little differs")
  func serverIdentifiers() throws {
    let message = V6ClientMessage(.request, [iaNA()]).without(.serverID)
    let others: [DHCPv6DUID] = [
      .linkLayer(hardwareType: 6, address: serverMAC.octets),
      .linkLayer(hardwareType: 1, address: serverMAC.octets + [0]),
      .linkLayer(hardwareType: 1, address: Array(serverMAC.octets.dropLast())),
      .other(type: 5, data: [0, 1] + serverMAC.octets),
    ]
    for duid in others {
      let frame = message.with(DHCPv6Option(.serverID, .duid(duid))).frame
      #expect(respond6(frame, try guestBinding6()) == .drop(.otherServer))
    }
  }

  @Test("identifiers that are there twice, or shorter or longer than any, are refused")
  func badIdentifiers() throws {
    let id = DHCPv6Option(.clientID, .duid(clientDUID))
    #expect(respond6(solicit.with(id).frame, try guestBinding6()) == .drop(.duplicateIdentifier))
    let request = V6ClientMessage(.request, [iaNA()]).with(DHCPv6Option(.serverID, .duid(serverDUID)))
    #expect(respond6(request.frame, try guestBinding6()) == .drop(.duplicateIdentifier))
    for (length, isTaken) in [(1, false), (2, false), (3, true), (130, true), (131, false)] {
      let message = solicit.without(.clientID).with(
        DHCPv6Option(.clientID, .opaque([UInt8](repeating: 7, count: length))))
      let outcome = respond6(message.frame, try guestBinding6())
      #expect((outcome == .drop(.malformedIdentifier)) == !isTaken)
    }
  }
}
