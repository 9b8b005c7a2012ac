import Foundation

/// A machine without Alioth on the physical network of the lab.
struct Station {
  let lab: Lab
  let name: String

  /// Whether one ping is answered within a second.
  func reaches(_ address: String) throws -> Bool {
    try lab.succeeds("station", "exec", name, "ping", "-c", "1", "-W", "1", address)
  }

  /// The MAC address of its interface.
  func macAddress() throws -> String {
    try lab.run("station", "exec", name, "cat", "/sys/class/net/eth0/address")
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
