import Foundation
import NetworkTypes
import Testing

@testable import OpenFlow

@Suite("Text as the installed ovs-ofctl reads it", .enabled(if: access("/usr/bin/ovs-ofctl", X_OK) == 0))
struct TextOpenVSwitchTests {
  @Test("what is read here and written again is the same flow to ovs-ofctl")
  func sameFlows() throws {
    var given: [String] = []
    var written: [String] = []
    for (index, entry) in try Corpus.read("flows").enumerated() {
      guard Corpus.commands["flows"]?[entry.name] == "add-flow", TextTests.otherBytes[entry.name] == nil,
        TextTests.otherText[entry.name] == nil, !entry.given.contains("priority"), !entry.given.contains("table="),
        !TextTests.olderForms.contains(where: entry.given.contains)
      else { continue }
      let text = "priority=\(index),\(entry.given)"
      given.append(text)
      written.append(try Flow(parsing: text).description)
    }
    #expect(given.count > 200)
    let directory = URL(filePath: NSTemporaryDirectory()).appending(path: "alioth-text-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let files = [directory.appending(path: "given").path, directory.appending(path: "written").path]
    try given.joined(separator: "\n").write(toFile: files[0], atomically: true, encoding: .utf8)
    try written.joined(separator: "\n").write(toFile: files[1], atomically: true, encoding: .utf8)
    let difference = try output(["-O", "OpenFlow13", "diff-flows", files[0], files[1]])
    #expect(difference.status == 0 && difference.text.isEmpty, "\(difference.text)")
  }

  @Test("random matches get the verdict that ovs-ofctl has for them", arguments: [UInt64.random(in: 0...(.max))])
  func verdicts(seed: UInt64) throws {
    var generator = MessageGenerator(seed: seed)
    let pieces = try Corpus.lines("verdicts").map { hex($0[2]) }.filter { !$0.isEmpty && $0.count < 60 }
    for _ in 0..<400 {
      let fields = generator.list(2) { $0.pick(pieces, else: []) }.flatMap { $0 }
      var match: [UInt8] = []
      match.appendInteger(UInt16(1))
      match.appendInteger(UInt16(4 + fields.count))
      match += fields
      match.padToEight(from: 0)
      var body: [UInt8] = []
      FlowBody.append(FlowHeader(table: TableID(0), priority: 1, cookie: 0), tail: match[...], to: &body)
      var bytes: [UInt8] = []
      bytes.appendHeader(type: .flowMod, length: MessageHeader.size + body.count, xid: 1)
      let printed = try output(["-O", "OpenFlow13", "ofp-print", hexString(bytes + body)]).text
      let verdict = printed.split(separator: "decode error: ").dropFirst().first?.prefix { $0 != "*" } ?? "ok"
      var here = "ok"
      do {
        try Match.validate(encoded: match[...])
      } catch {
        here = error.codeName
      }
      #expect(here == verdict, "seed \(seed): \(hexString(match))")
    }
  }

  private func output(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/ovs-ofctl")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
