import DHCP
import NetworkTypes
import Testing

/// Requests in the form of clients that come with firmware and other systems, by the options that they send.
@Suite("Other clients' requests")
struct FirmwareTests {
  private func code(_ number: UInt8) -> DHCPOptionCode { DHCPOptionCode(rawValue: number) }

  /// As Windows 10 asks: its own class, a whole name, and both numbers of classless routes.
  private var windows: ClientMessage {
    var message = ClientMessage(
      .discover,
      [
        DHCPOption(.clientIdentifier, [1] + [0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33]),
        DHCPOption(.hostName, Array("DESKTOP-AB12CD3".utf8)),
        DHCPOption(code(60), Array("MSFT 5.0".utf8)),
        DHCPOption(.parameterRequestList, [1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252]),
      ])
    message.header.seconds = 0x0100
    return message
  }

  /// As iPXE asks when firmware has loaded it: its features in option 175, the machine's identifier, no class of PXE alone.
  private var ipxe: ClientMessage {
    ClientMessage(
      .discover,
      [
        DHCPOption(.maximumMessageSize, [0x05, 0xc0]), DHCPOption(code(93), [0, 0]),
        DHCPOption(code(94), [1, 2, 1]), DHCPOption(code(60), Array("PXEClient:Arch:00000:UNDI:002001".utf8)),
        DHCPOption(code(77), Array("iPXE".utf8)),
        DHCPOption(
          .parameterRequestList,
          [
            1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135,
            175, 203,
          ]),
        DHCPOption(code(175), [0xb1, 5, 1, 0x1a, 0xf4, 0x10, 0] + [0x18, 1, 1, 0x22, 1, 1, 0x13, 1, 1]),
        DHCPOption(.clientIdentifier, [1, 0xfa, 0x16, 0x3e, 0x11, 0x22, 0x33]),
        DHCPOption(code(97), [0] + Array(0x10...0x1f)),
      ])
  }

  /// As firmware of PXE asks: it takes broadcasts only, and says how long it has tried.
  private var pxe: ClientMessage {
    var message = ClientMessage(
      .discover,
      [
        DHCPOption(
          .parameterRequestList,
          [
            1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58,
            59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135,
          ]),
        DHCPOption(.maximumMessageSize, [0x04, 0xec]), DHCPOption(code(97), [0] + Array(1...16)),
        DHCPOption(code(93), [0, 7]), DHCPOption(code(94), [1, 3, 0]),
        DHCPOption(code(60), Array("PXEClient:Arch:00007:UNDI:003000".utf8)),
      ])
    message.header.flags = 0x8000
    message.header.seconds = 4
    return message
  }

  @Test(
    "Windows gets both numbers of classless routes with the default among them, its broadcast flag, and seconds of 0")
  func windowsClient() throws {
    let reply = try Reply(windows)
    #expect(reply[.classlessStaticRoutes] == reply[.microsoftClasslessStaticRoutes])
    #expect(reply[.classlessStaticRoutes]?.suffix(5) == [0, 10, 0, 0, 1])
    #expect(reply.codes.filter { [31, 33, 43, 44, 46, 47, 252].contains($0) }.isEmpty, "what there is not is not sent")
    #expect(reply.header.seconds == 0)
    var toggled = windows
    toggled.header.flags = 0x8000
    #expect(try Reply(toggled).destination == .broadcast, "it tries with the flag when it hears nothing without")
    toggled.options[0] = DHCPOption(.messageType, [DHCPMessageType.inform.rawValue])
    toggled.header.clientAddress = reserved
    #expect(try Reply(toggled).type == .ack, "it asks again for what its proxy is")
  }

  @Test("firmware gets the file of its architecture by broadcast, and nothing of PXE's own service")
  func firmware() throws {
    var binding = try guestBinding()
    binding.boot = DHCPBoot(nextServer: IPv4Address(192, 0, 2, 9), file: "bios", files: [7: "efi"], ipxeFile: "script")
    let reply = try Reply(pxe, binding)
    #expect(reply[code(67)] == Array("efi".utf8) && reply.destination == .broadcast)
    #expect(reply[code(97)] == [0] + Array(1...16))
    #expect(reply[code(43)] == nil && reply[code(60)] == nil, "without a PXE service these mislead")
    #expect(try Reply(pxe)[code(67)] == nil)
  }

  @Test("iPXE gets its script, and its own encapsulated options are passed over")
  func ipxeClient() throws {
    var binding = try guestBinding()
    binding.boot = DHCPBoot(file: "bios", ipxeFile: "http://boot.example/script")
    let reply = try Reply(ipxe, binding)
    #expect(reply[code(67)] == Array("http://boot.example/script".utf8))
    #expect(reply[code(175)] == nil && reply[.interfaceMTU] == [0x05, 0xaa])
    #expect(reply.messageLength <= 1472 - 28)
  }
}
