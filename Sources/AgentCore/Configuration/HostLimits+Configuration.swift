import Daemon
import GoalState

extension HostLimits {
  init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    self.init()
    func read(_ name: String, _ limit: inout Int) throws(ConfigurationError) {
      limit = try reader.integer("limits.\(name)", in: 1...10_000_000) ?? limit
    }
    try read("networks", &networks)
    try read("subnets", &subnets)
    try read("ports", &ports)
    try read("neighbors", &neighbors)
    try read("security-groups", &securityGroups)
    try read("rules", &rules)
    try read("routers", &routers)
    try read("routes", &routes)
  }
}
