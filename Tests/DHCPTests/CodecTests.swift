import DHCP
import NetworkTypes
import Testing

@Suite("Codec")
struct CodecTests {
  @Test("what is written is read back, long and repeated options joined", arguments: [UInt64(21), 22, 23])
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var header = DHCPHeader(
        operation: .random(in: 1...2, using: &generator), transactionID: .random(in: 0 ... .max, using: &generator),
        mac: MACAddress(rawValue: generator.next()), flags: .random(in: 0 ... .max, using: &generator))
      header.hops = .random(in: 0...255, using: &generator)
      header.seconds = .random(in: 0 ... .max, using: &generator)
      header.clientAddress = IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
      header.yourAddress = IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
      header.nextServerAddress = IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
      header.relayAddress = IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
      header.hardwareAddressLow = generator.next()
      let codes = (1...254).filter { $0 != 52 }.shuffled(using: &generator).prefix(
        Int.random(in: 0...12, using: &generator))
      let options = codes.map { code in
        DHCPOption(
          DHCPOptionCode(rawValue: UInt8(code)), generator.bytes(Int.random(in: 0...600, using: &generator)))
      }
      var payload: [UInt8] = []
      DHCPMessage.write(header, options: options, to: &payload)
      #expect(payload.count >= 300)
      let message = try DHCPMessage(parsing: payload.span.bytes)
      #expect(message.header == header, "seed \(seed)")
      #expect(message.options(in: payload.span.bytes) == options, "seed \(seed)")
      for option in options {
        #expect(message.value(option.code, in: payload.span.bytes) == option.value, "seed \(seed)")
      }
    }
  }

  @Test("errors name the option, where it is and what was expected")
  func errors() {
    var payload: [UInt8] = []
    DHCPMessage.write(DHCPHeader(operation: 1, transactionID: 1, mac: guestMAC), options: [], to: &payload)
    payload.replaceSubrange(240..<242, with: [12, 200])
    let error = #expect(throws: DHCPParseError.self) { try DHCPMessage(parsing: payload.span.bytes) }
    #expect(error == .optionOverrun(code: .hostName, offset: 240, length: 200, available: 58))
    #expect(error?.description == "DHCP option 12 at offset 240 says 200 bytes, its field has 58 left")
    #expect(
      DHCPMessage.describe(source: 68, destination: 67, payload: payload.span.bytes)
        == "[DHCP option 12 at offset 240 says 200 bytes, its field has 58 left]")
    #expect(DHCPMessage.describe(source: 5000, destination: 53, payload: payload.span.bytes) == nil)
  }
}
