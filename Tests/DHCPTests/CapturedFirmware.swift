import Foundation
import NetworkTypes
import PacketFormats
import Testing

/// What firmware and boot loaders sent, as it was captured: a file for each client, a line for each frame.
struct CapturedFirmware: CustomTestStringConvertible, Sendable {
  let name: String
  let frames: [[UInt8]]

  var testDescription: String { name }
  var isIPXE: Bool { name.hasPrefix("ipxe") }
  var bootsOverHTTP: Bool { name.contains("http") }

  /// Those whose names end with `-v4`, `-v6` or `-rs`.
  static func all(_ ending: String) -> [CapturedFirmware] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captures")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { $0.hasSuffix("-\(ending).hex") }.map { name in
      let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      return CapturedFirmware(name: name, frames: lines.map { frame(String($0)) })
    }
  }
}
