import Foundation
import Glibc
import Testing

@testable import PacketCapture

@Suite struct PcapngWriterTests {
  private static let capinfos = "/usr/bin/capinfos"
  private static let tshark = "/usr/bin/tshark"
  private static var hasTools: Bool {
    [capinfos, tshark].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private func temporaryPath() -> String { "/tmp/pnx-\(UInt64.random(in: 0...UInt64.max)).pcapng" }

  @Test("a file has the blocks of the specification")
  func goldenBytes() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    do {
      var writer = try PcapngWriter(creating: path, application: "abcde")
      let interface = try writer.addInterface(name: "eth0", linkType: 1, snapshotLength: 256)
      let frame = CapturedFrame(timestamp: CaptureTimestamp(nanoseconds: 0x1122_3344_5566_7788), originalLength: 9)
      let bytes: [UInt8] = [1, 2, 3, 4, 5]
      try writer.write(frame, bytes: bytes.span.bytes, interface: interface)
      try writer.write(frame, bytes: bytes.span.bytes, interface: interface, comment: "why")
    }
    let expected: [UInt8] = [
      // Section header: type, length 44
      0x0a, 0x0d, 0x0d, 0x0a, 0x2c, 0x00, 0x00, 0x00,
      // byte-order magic, version 1.0, section length unknown
      0x4d, 0x3c, 0x2b, 0x1a, 0x01, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      // shb_userappl, 5 bytes, "abcde", padding; end of options; length again
      0x04, 0x00, 0x05, 0x00, 0x61, 0x62, 0x63, 0x64, 0x65, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00,
      // Interface description: type, length 40; Ethernet, reserved, snapshot length 256
      0x01, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
      // if_name "eth0"; if_tsresol 9, padding; end of options; length again
      0x02, 0x00, 0x04, 0x00, 0x65, 0x74, 0x68, 0x30, 0x09, 0x00, 0x01, 0x00, 0x09, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00,
      // Enhanced packet: type, length 40; interface 0; time, high and low; captured 5 of 9
      0x06, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0x05, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00,
      // the bytes, padding; length again
      0x01, 0x02, 0x03, 0x04, 0x05, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00,
      // The same with length 52 and opt_comment "why"
      0x06, 0x00, 0x00, 0x00, 0x34, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0x05, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00,
      0x01, 0x02, 0x03, 0x04, 0x05, 0x00, 0x00, 0x00,
      0x01, 0x00, 0x03, 0x00, 0x77, 0x68, 0x79, 0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x00, 0x00, 0x00,
    ]
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == expected)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o077 == 0)
  }

  @Test("Wireshark's tools read a file with two interfaces, comments and cut frames", .enabled(if: hasTools))
  func wireshark() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    do {
      var writer = try PcapngWriter(creating: path)
      let first = try writer.addInterface(name: "tap1")
      let second = try writer.addInterface(name: "tap2", snapshotLength: 64)
      for port: UInt16 in 1...50 {
        let bytes = udpFrame(destinationPort: port, payload: Int(port))
        let frame = CapturedFrame(
          timestamp: CaptureTimestamp(nanoseconds: 1_700_000_000_123_456_000 + UInt64(port)),
          originalLength: bytes.count + 3)
        try writer.write(
          frame, bytes: bytes.span.bytes, interface: port.isMultiple(of: 2) ? second : first,
          comment: port == 7 ? "the seventh" : nil)
      }
    }
    let summary = try TestNamespace.run([Self.capinfos, "-M", path])
    #expect(summary.contains("pcapng"))
    #expect(summary.range(of: #"Number of packets: +50\n"#, options: .regularExpression) != nil)
    #expect(summary.range(of: #"Number of interfaces in file: 2\n"#, options: .regularExpression) != nil)
    let fields = [
      "frame.time_epoch", "frame.interface_name", "udp.dstport", "frame.len", "frame.cap_len", "frame.comment",
    ]
    let arguments = [Self.tshark, "-r", path, "-T", "fields"] + fields.flatMap { ["-e", $0] }
    let lines = try TestNamespace.run(arguments).split(separator: "\n").filter { $0.hasPrefix("1700000000") }
    #expect(lines.count == 50)
    #expect(lines.dropFirst(6).first == "1700000000.123456007\ttap1\t7\t52\t49\tthe seventh")
    #expect(lines.last?.hasPrefix("1700000000.123456050\ttap2\t50\t95\t92") == true)
  }

  @Test("a full device is a typed error that says so")
  func noSpace() {
    do throws(PcapngError) {
      _ = try PcapngWriter(creating: "/dev/full")
      Issue.record("the device took the header")
    } catch {
      #expect(error.isOutOfSpace)
      #expect(
        error.description.hasPrefix("cannot write the header to /dev/full: No space left on device; free") == true)
    }
  }

  @Test("a file that may not be created is a typed error")
  func noFile() {
    do throws(PcapngError) {
      _ = try PcapngWriter(creating: "/nowhere/x.pcapng")
      Issue.record("the file was created")
    } catch {
      #expect(error.description == "cannot write a capture to /nowhere/x.pcapng: No such file or directory")
    }
  }

  @Test("a file that fills up half way through a frame ends with the last whole one", .enabled(if: mayMakeNamespaces))
  func partialBlock() throws {
    // A file system of two pages, so that the third frame is cut.
    let directory = "/tmp/pnx-full-\(getpid())"
    try TestNamespace.run(["/bin/mkdir", directory])
    defer { _ = try? TestNamespace.run(["/bin/rmdir", directory]) }
    try TestNamespace.run(["/bin/mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", directory])
    defer { _ = try? TestNamespace.run(["/bin/umount", directory]) }
    let path = "\(directory)/a.pcapng"
    var writer = try PcapngWriter(creating: path)
    let interface = try writer.addInterface(name: "eth0")
    let bytes = [UInt8](repeating: 7, count: 3000)
    let frame = CapturedFrame(timestamp: CaptureTimestamp(nanoseconds: 1), originalLength: bytes.count)
    func size() throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
    try writer.write(frame, bytes: bytes.span.bytes, interface: interface)
    try writer.write(frame, bytes: bytes.span.bytes, interface: interface)
    let whole = try size()
    do throws(PcapngError) {
      try writer.write(frame, bytes: bytes.span.bytes, interface: interface)
      Issue.record("the file system took the frame")
    } catch {
      #expect(error.isOutOfSpace)
    }
    #expect(try size() == whole)
    // A smaller frame still fits, behind the last whole one.
    try writer.write(frame, bytes: [UInt8](repeating: 7, count: 100).span.bytes, interface: interface)
    #expect(try size() == whole + 132)
  }

  @Test("moments that libpcap cannot mean become the epoch")
  func timestamps() {
    #expect(CaptureTimestamp(seconds: 1, nanoseconds: 2).nanoseconds == 1_000_000_002)
    #expect(CaptureTimestamp(seconds: -1, nanoseconds: 0).nanoseconds == 0)
    #expect(CaptureTimestamp(seconds: 1, nanoseconds: -1).nanoseconds == 0)
    #expect(CaptureTimestamp(seconds: .max, nanoseconds: 0).nanoseconds == 0)
  }
}
