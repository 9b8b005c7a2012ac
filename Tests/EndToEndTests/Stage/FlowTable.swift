import Foundation

/// The flows of a node's integration bridge, read from outside by Open vSwitch's own tool.
struct FlowTable {
  /// Seconds that each flow has been there, by its text without counters.
  var ages: [String: Double]

  init(of node: String, in lab: Lab) throws {
    let output = try lab.run("node", "exec", node, "ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int")
    self.init(parsing: output)
  }

  init(parsing output: String) {
    ages = [:]
    for line in output.split(separator: "\n") where line.contains("actions=") {
      var age = 0.0
      let kept = line.split(separator: ",").filter { field in
        let field = field.trimmingCharacters(in: .whitespaces)
        if field.hasPrefix("duration=") { age = Double(field.dropFirst("duration=".count).dropLast()) ?? 0 }
        return !["duration=", "n_packets=", "n_bytes=", "idle_age=", "hard_age="].contains { field.hasPrefix($0) }
      }
      ages[kept.joined(separator: ",").trimmingCharacters(in: .whitespaces)] = age
    }
  }

  /// The flows' texts.
  var flows: Set<String> { Set(ages.keys) }
}

/// Why packets were dropped, as the cookies of the flows that drop them say.
enum DropReason: Int {
  case spoofedSource = 2
  case guestAsServer = 6
}

extension Scenario {
  /// Packets that a node has dropped for this reason.
  func drops(_ reason: DropReason, on node: String) throws -> Int {
    let output = try lab.run("node", "exec", node, "ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int")
    return output.split(separator: "\n").reduce(0) { sum, line in
      func number(after key: String, radix: Int) -> UInt64? {
        line.range(of: key).flatMap { UInt64(line[$0.upperBound...].prefix { $0.isHexDigit }, radix: radix) }
      }
      guard let cookie = number(after: "cookie=0x", radix: 16), cookie >> 48 == 0xa110,
        Int(cookie >> 32 & 0xff) == reason.rawValue
      else { return sum }
      return sum + Int(number(after: "n_packets=", radix: 10) ?? 0)
    }
  }
}
