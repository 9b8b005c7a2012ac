import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf

extension Alcor_Schema_SecurityGroupConfiguration {
  /// The message that says `group`.
  package init(_ group: SecurityGroup, revision: UInt64) {
    self.init()
    revisionNumber = UInt32(clamping: revision)
    self.revision = revision
    updateType = .full
    id = group.id.rawValue
    name = group.name
    stateless = !group.isStateful
    securityGroupRules = group.rules.map { SecurityGroupRule($0, of: group.id) }
  }
}

extension Alcor_Schema_SecurityGroupConfiguration.SecurityGroupRule {
  fileprivate init(_ rule: GoalState.SecurityGroupRule, of group: SecurityGroupID) {
    self.init()
    operationType = .create
    securityGroupID = group.rawValue
    id = rule.id
    direction = rule.direction == .egress ? .egress : .ingress
    ethertype = rule.version == .v4 ? .ipv4 : .ipv6
    switch rule.remote {
    case .any: break
    case .prefix(let prefix): remoteIpPrefix = prefix.description
    case .group(let id): remoteGroupID = id.rawValue
    }
    switch rule.traffic {
    case .any: protocolNumber = GoalState.SecurityGroupRule.anyProtocol
    case .transport(let number, let ports):
      protocolNumber = UInt32(number)
      if let ports { setRange(UInt32(ports.lowerBound), UInt32(ports.upperBound)) }
    case .icmp(let type, let code):
      protocolNumber = rule.version == .v4 ? 1 : 58
      setRange(type.map { UInt32($0) }, code.map { UInt32($0) })
    case .other(let number): protocolNumber = UInt32(number)
    }
  }

  private mutating func setRange(_ low: UInt32?, _ high: UInt32?) {
    portRangeMin = low ?? 0
    hasRangeMin_p = low != nil
    portRangeMax = high ?? 0
    hasRangeMax_p = high != nil
  }
}
