import GoalState
import GoalStateProtobuf

extension Alioth_Southbound_V1_ResourceKind {
  init(_ kind: ResourceKind) {
    self =
      switch kind {
      case .network: .vpc
      case .subnet: .subnet
      case .neighbor: .neighbor
      case .port: .port
      case .securityGroup: .securityGroup
      case .router: .router
      }
  }
}

extension ResourceKind {
  /// - Returns: nil for a kind that this version does not know.
  init?(_ kind: Alioth_Southbound_V1_ResourceKind) {
    switch kind {
    case .vpc: self = .network
    case .subnet: self = .subnet
    case .neighbor: self = .neighbor
    case .port: self = .port
    case .securityGroup: self = .securityGroup
    case .router: self = .router
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }
}

extension Alioth_Southbound_V1_ResourceKey {
  init(_ key: ResourceKey) {
    self.init()
    kind = Alioth_Southbound_V1_ResourceKind(key.kind)
    id = key.id.description
  }
}

extension Alioth_Southbound_V1_FailureCode {
  init(_ code: ResourceFailure.Code) {
    self =
      switch code {
      case .invalid: .invalid
      case .unresolved: .unresolved
      case .outOfOrder: .outOfOrder
      case .switchRefused: .switchRefused
      case .host: .host
      }
  }
}

extension ResourceFailure.Code {
  /// A code that this version does not know counts as the host's own trouble: the message says what it is.
  init(_ code: Alioth_Southbound_V1_FailureCode) {
    self =
      switch code {
      case .invalid: .invalid
      case .unresolved: .unresolved
      case .outOfOrder: .outOfOrder
      case .switchRefused: .switchRefused
      case .host, .unspecified, .UNRECOGNIZED: .host
      }
  }
}
