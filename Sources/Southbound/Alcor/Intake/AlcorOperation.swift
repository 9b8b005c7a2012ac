import GoalStateProtobuf

/// One operation of a goal state, as the list or the map of its kind has it.
struct AlcorOperation: Sendable, Hashable {
  /// What the operation is about.
  enum Configuration: Sendable, Hashable {
    case vpc(Alcor_Schema_VpcConfiguration)
    case subnet(Alcor_Schema_SubnetConfiguration)
    case port(Alcor_Schema_PortConfiguration)
    case neighbor(Alcor_Schema_NeighborConfiguration)
    case securityGroup(Alcor_Schema_SecurityGroupConfiguration)
    case dhcp(Alcor_Schema_DHCPConfiguration)
    case router(Alcor_Schema_RouterConfiguration)
    case gateway(Alcor_Schema_GatewayConfiguration)
  }

  /// What tells operations about one resource from others.
  struct Subject: Sendable, Hashable {
    var type: Alcor_Schema_ResourceType
    var id: String
  }

  var subject: Subject
  var operation: Alcor_Schema_OperationType
  /// Nil when a host's list names the resource, and the message does not have it.
  var configuration: Configuration?
}

/// What states and configurations of all kinds have.
protocol AlcorState: Sendable {
  associatedtype Body: AlcorConfiguration
  var operationType: Alcor_Schema_OperationType { get }
  var configuration: Body { get }
}

protocol AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { get }
  var id: String { get set }
  /// Alcor's revision, or the one with 64 bits when it is there.
  var effectiveRevision: UInt64 { get }
  var isDelta: Bool { get }
  var asOperand: AlcorOperation.Configuration { get }
}

extension AlcorOperation {
  /// - Parameter key: The key in the message's map, which stands in for a configuration without an id.
  init(_ state: some AlcorState, key: String = "") {
    var configuration = state.configuration
    if configuration.id.isEmpty { configuration.id = key }
    let type = type(of: configuration).type
    if type == .router { configuration.id = AlcorOperation.routerID(configuration.id) }
    subject = Subject(type: type, id: configuration.id)
    operation = state.operationType
    self.configuration = configuration.asOperand
  }

  /// A resource that is not in the message.
  init(missing subject: Subject) {
    self.subject = subject
    operation = .info
    configuration = nil
  }

  /// The router of HOST/ROUTER, as a router's state for one host is named.
  static func routerID(_ key: String) -> String {
    key.firstIndex(of: "/").map { String(key[key.index(after: $0)...]) } ?? key
  }
}

extension Alcor_Schema_VpcState: AlcorState {}
extension Alcor_Schema_SubnetState: AlcorState {}
extension Alcor_Schema_PortState: AlcorState {}
extension Alcor_Schema_NeighborState: AlcorState {}
extension Alcor_Schema_SecurityGroupState: AlcorState {}
extension Alcor_Schema_DHCPState: AlcorState {}
extension Alcor_Schema_RouterState: AlcorState {}
extension Alcor_Schema_GatewayState: AlcorState {}

extension AlcorConfiguration where Self: ResourceConfiguration {
  var effectiveRevision: UInt64 { revision == 0 ? UInt64(revisionNumber) : revision }
  var isDelta: Bool { updateType == .delta }
}

extension Alcor_Schema_VpcConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .vpc }
  var asOperand: AlcorOperation.Configuration { .vpc(self) }
}

extension Alcor_Schema_SubnetConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .subnet }
  var asOperand: AlcorOperation.Configuration { .subnet(self) }
}

extension Alcor_Schema_PortConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .port }
  var asOperand: AlcorOperation.Configuration { .port(self) }
}

extension Alcor_Schema_NeighborConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .neighbor }
  var asOperand: AlcorOperation.Configuration { .neighbor(self) }
}

extension Alcor_Schema_SecurityGroupConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .securitygroup }
  var asOperand: AlcorOperation.Configuration { .securityGroup(self) }
}

extension Alcor_Schema_RouterConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .router }
  var asOperand: AlcorOperation.Configuration { .router(self) }
}

extension Alcor_Schema_DHCPConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .dhcp }
  var effectiveRevision: UInt64 { UInt64(revisionNumber) }
  var isDelta: Bool { updateType == .delta }
  var asOperand: AlcorOperation.Configuration { .dhcp(self) }
}

extension Alcor_Schema_GatewayConfiguration: AlcorConfiguration {
  static var type: Alcor_Schema_ResourceType { .gateway }
  var effectiveRevision: UInt64 { UInt64(revisionNumber) }
  var isDelta: Bool { false }
  var asOperand: AlcorOperation.Configuration { .gateway(self) }
}
