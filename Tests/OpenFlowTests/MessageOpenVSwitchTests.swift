import Glibc
import Testing

@testable import OpenFlow

@Suite("Messages as Open vSwitch reads them", .enabled(if: access("/usr/bin/ovs-ofctl", X_OK) == 0))
struct MessageOpenVSwitchTests {
  @Test(
    "ovs-ofctl reads every golden message as it is meant", arguments: GoldenMessage.encoded + GoldenMessage.recorded)
  func printed(golden: GoldenMessage) throws {
    guard let text = golden.text else { return }
    let digits = golden.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let printed = try output("ovs-ofctl -O OpenFlow13 ofp-print \(digits) 2>/dev/null")
    #expect(printed.hasPrefix(text), "\(printed)")
  }

  @Test("errors have the names that Open vSwitch gives them")
  func errorNames() throws {
    for type in UInt16(0)..<14 {
      for code in UInt16(0)..<16 {
        let error = OpenFlowError(xid: 1, type: type, code: code, data: hex("0400000800000001"))
        let bytes = try OpenFlowMessage.error(error).encode(xid: 1)
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let printed = try output("ovs-ofctl -O OpenFlow13 ofp-print \(digits) 2>/dev/null")
        // It knows them by one name where two versions of OpenFlow have two.
        guard !printed.contains("decode error"), printed.contains(": OFP") else { continue }
        #expect(printed.contains(": \(error.codeName)"), "\(type) \(code): \(printed)")
      }
    }
  }

  /// What a command prints, with single spaces.
  private func output(_ command: String) throws -> String {
    let pipe = try #require(popen(command, "r"))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      bytes += buffer.prefix(count)
    }
    pclose(pipe)
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
