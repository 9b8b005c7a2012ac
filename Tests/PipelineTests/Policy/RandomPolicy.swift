import GoalState
import NetworkTypes

extension RecomputeTests {
  func randomSecurity(_ random: inout SeededGenerator) -> PortSecurity {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: .guarded
    case 1: .off
    default: .filtered(randomGroups(&random))
    }
  }

  func randomGroups(_ random: inout SeededGenerator) -> [SecurityGroupID] {
    (0..<3).filter { _ in Bool.random(using: &random) }.map { SecurityGroupID("g\($0)") }
  }

  func randomPairs(_ random: inout SeededGenerator) -> [AddressPair] {
    Bool.random(using: &random) ? [] : [AddressPair(prefix: prefix("10.0.9.0/24"))]
  }

  func randomGroup(_ number: UInt8, _ random: inout SeededGenerator) -> SecurityGroup {
    let remotes: [SecurityGroupRule.Remote] =
      [.any, .prefix(prefix("10.0.0.0/8"))] + (0..<3).map { .group(SecurityGroupID("g\($0)")) }
    let rules = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
      SecurityGroupRule(
        direction: Bool.random(using: &random) ? .egress : .ingress,
        traffic: Bool.random(using: &random) ? .any : .transport(6, ports: 80...88),
        remote: remotes.randomElement(using: &random) ?? .any)
    }
    return SecurityGroup(
      id: SecurityGroupID("g\(number)"), isStateful: Int.random(in: 0..<3, using: &random) != 0, rules: rules)
  }
}
