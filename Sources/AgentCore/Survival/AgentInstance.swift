import Crypto
import Foundation
import GoalStateStore
import Logging
import Southbound

/// What this agent says to tell itself from others that say they are the same host.
enum AgentInstance {
  /// The file in the state directory that makes it one of its own.
  static let fileName = "instance"

  /// - Parameter disk: The state directory; nil when there is none, so that only the machine is known.
  static func identity(on disk: (any Disk)?, logger: Logger) -> AgentIdentity {
    var identity = AgentIdentity(
      machine: machine(text(at: "/etc/machine-id")), boot: text(at: "/proc/sys/kernel/random/boot_id"))
    guard let disk else { return identity }
    do throws(DiskError) {
      identity.instance = try instance(on: disk)
    } catch {
      logger.warning("the state directory has no id of its own", metadata: ["reason": "\(error)"])
    }
    return identity
  }

  /// The id of a state directory; a directory without one is given one.
  static func instance(on disk: any Disk) throws(DiskError) -> String {
    if try disk.names().contains(fileName) {
      let bytes = try disk.read(fileName)
      if let id = UUID(uuidString: String(decoding: bytes.prefix(36), as: UTF8.self)) { return name(id) }
    }
    let id = name(UUID())
    let file = try disk.create("\(fileName).new")
    try file.write(Array("\(id)\n".utf8))
    try file.sync()
    try disk.rename("\(fileName).new", to: fileName)
    try disk.syncDirectory()
    return id
  }

  private static func name(_ id: UUID) -> String { id.uuidString.lowercased() }

  /// An id for this purpose only: machine-id(5) wants the machine's own kept to the machine.
  static func machine(_ machineID: String) -> String {
    guard machineID.count == 32, machineID.allSatisfy(\.isHexDigit) else { return "" }
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("alioth".utf8), using: SymmetricKey(data: Array(machineID.utf8)))
    return code.prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  private static func text(at path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return String(text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(64))
  }
}
