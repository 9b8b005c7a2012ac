import NetworkTypes
import PacketFormats
import Testing

@testable import DHCP

@Suite("What firmware really sends")
struct CapturedFirmwareTests {
  private let boot = DHCPBoot(
    nextServer: IPv4Address(192, 0, 2, 9), file: "undionly.kpxe",
    files: [7: "ipxe.efi", 16: "http://192.0.2.9/shim.efi"], ipxeFile: "http://192.0.2.9/script")

  /// A reservation that a captured message is right for: its sender's, of what it asks for, by the server that it chose.
  private func binding(for bytes: [UInt8]) throws -> DHCPBinding {
    let payload = bytes.span.bytes.extracting(42..<bytes.count)
    let message = try DHCPMessage(parsing: payload)
    let wanted = try message.address(.requestedAddress, in: payload)
    let held = message.header.clientAddress == .any ? nil : message.header.clientAddress
    var binding = try guestBinding(address: wanted ?? held ?? reserved)
    binding.mac = try EthernetHeader(parsing: bytes.span.bytes).source
    binding.prefix = try #require(IPv4Prefix(containing: binding.address, length: 24))
    if let server = try message.address(.serverIdentifier, in: payload) { binding.serverIdentifier = server }
    binding.boot = boot
    return binding
  }

  @Test("is answered, and given the file for what it is", arguments: CapturedFirmware.all("v4"))
  func v4(firmware: CapturedFirmware) throws {
    #expect(firmware.frames.count >= 2)
    for bytes in firmware.frames {
      let udp = try UDPHeader(parsing: bytes.span.bytes.extracting(34..<bytes.count))
      guard udp.destinationPort == 67 else {
        // To the boot server that dnsmasq offered when this was captured; nobody offers one here.
        #expect(respond(bytes, try binding(for: bytes)) == .drop(.notServerPort))
        continue
      }
      let payload = bytes.span.bytes.extracting(42..<bytes.count)
      let message = try DHCPMessage(parsing: payload)
      let reply = try Reply(bytes, try binding(for: bytes))
      #expect(reply.type == (try message.messageType(in: payload) == .discover ? .offer : .ack))
      let file = firmware.isIPXE ? boot.ipxeFile : boot.files[firmware.bootsOverHTTP ? 16 : 7]
      #expect(reply[.bootFileName] == file.map { Array($0.utf8) })
      #expect(reply.header.nextServerAddress == boot.nextServer)
      #expect(reply[.vendorClassIdentifier] == (firmware.bootsOverHTTP ? Array("HTTPClient".utf8) : nil))
      #expect(reply[.clientMachineIdentifier]?.count == 17, "it is given its identifier back")
      #expect(
        reply[.vendorSpecificInformation] == nil && reply[.etherboot] == nil, "without a PXE service these mislead")
      #expect((reply.destination == .broadcast) == (message.header.flags & 0x8000 != 0))
      #expect(!message.summary(of: payload).isEmpty)
    }
  }

  @Test("over IPv6 is answered in all of its associations", arguments: CapturedFirmware.all("v6"))
  func v6(firmware: CapturedFirmware) throws {
    #expect(!firmware.frames.isEmpty)
    for bytes in firmware.frames {
      let message = try V6ClientMessage(captured: bytes)
      let sent = message.options
      // What the other server leased it when this was captured is the port's.
      let binding = try guestBinding6 { configuration in
        configuration.bootFileURL = "http://[2001:db8::9]/shim.efi"
        guard let leased = sent.lazy.compactMap(\.value.leasedAddress).first else { return }
        configuration.addresses = [leased]
        configuration.linkPrefixes = [IPv6Prefix(containing: leased, length: 64)].compactMap { $0 }
      }
      var buffer: [UInt8] = []
      let outcome = DHCPv6Responder.respond(
        to: message.frame.span.bytes, binding: binding, serverMAC: serverMAC, into: &buffer)
      guard case .reply(let reply, _) = outcome else {
        Issue.record("\(message.type): \(outcome)")
        continue
      }
      #expect(reply.kind == (message.type == .solicit ? .advertise : .reply))
      let payload = buffer.span.bytes.extracting(62..<buffer.count)
      let options = try DHCPv6Message(parsing: payload).decodedOptions(in: payload)
      #expect(options.first { $0.code == .clientID } == sent.first { $0.code == .clientID })
      guard message.type != .release else { continue }
      #expect(options.filter { $0.code == .iaNA }.count == sent.filter { $0.code == .iaNA }.count)
      #expect(reply.grantsLease == (message.type != .informationRequest))
      let asks = sent.contains { $0.code == .optionRequest && $0.value.asks(for: .bootFileURL) }
      #expect(options.contains { $0.code == .bootFileURL } == asks)
      let isHTTP = sent.contains { $0.code == .vendorClass && $0.value.begins(with: "HTTPClient") }
      let answered = options.first { $0.code == .vendorClass }?.value
      #expect(answered == (isHTTP ? .vendorClass(enterprise: 343, [Array("HTTPClient".utf8)]) : nil))
    }
  }

  @Test("looks for its router, and is told", arguments: CapturedFirmware.all("rs"))
  func solicitations(firmware: CapturedFirmware) throws {
    let advertiser = try RouterAdvertiser(
      RouterAdvertisement(agreeingWith: try guestConfiguration()), routerMAC: serverMAC, routerAddress: serverLinkLocal)
    for bytes in firmware.frames {
      var buffer: [UInt8] = []
      try advertiser.respond(
        to: bytes.span.bytes, portMAC: try EthernetHeader(parsing: bytes.span.bytes).source, into: &buffer)
      #expect(buffer.count > 62)
    }
  }

  @Test("the captures are there")
  func captures() {
    #expect(CapturedFirmware.all("v4").count >= 13 && CapturedFirmware.all("v6").count >= 11)
    #expect(CapturedFirmware.all("rs").count >= 7)
  }
}

extension DHCPv6OptionValue {
  fileprivate var leasedAddress: IPv6Address? {
    guard case .association(_, _, _, let options) = self, case .address(let address, _, _, _)? = options.first?.value
    else { return nil }
    return address
  }

  fileprivate func asks(for code: DHCPv6OptionCode) -> Bool {
    if case .codes(let codes) = self { codes.contains(code.rawValue) } else { false }
  }

  fileprivate func begins(with text: String) -> Bool {
    guard case .vendorClass(_, let classes) = self, let first = classes.first else { return false }
    return first.starts(with: text.utf8)
  }
}
