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
