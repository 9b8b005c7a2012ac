import GoalStateProtobuf
import NetworkTypes

extension AlcorOperation {
  /// The operations of a goal state of the first format: all of them are for this host. What others refer to comes first.
  static func operations(of message: Alcor_Schema_GoalState) -> [AlcorOperation] {
    var operations: [AlcorOperation] = []
    operations.reserveCapacity(count(in: message))
    operations += message.vpcStates.lazy.map { AlcorOperation($0) }
    operations += message.subnetStates.lazy.map { AlcorOperation($0) }
    operations += message.securityGroupStates.lazy.map { AlcorOperation($0) }
    operations += message.routerStates.lazy.map { AlcorOperation($0) }
    operations += message.neighborStates.lazy.map { AlcorOperation($0) }
    operations += message.portStates.lazy.map { AlcorOperation($0) }
    operations += message.dhcpStates.lazy.map { AlcorOperation($0) }
    operations += message.gatewayStates.lazy.map { AlcorOperation($0) }
    return operations
  }

  /// The operations of a goal state of the second format that are for a host with these addresses: those that the hosts'
  /// lists name for it, or all of them when there are no lists. Neighbors that are named and not there are left out.
  static func operations(
    of message: Alcor_Schema_GoalStateV2, for addresses: Set<IPAddress>
  ) -> [AlcorOperation] {
    guard !message.hostResources.isEmpty else { return allOperations(of: message) }
    var operations: [AlcorOperation] = []
    var seen: Set<Subject> = []
    for (host, resources) in message.hostResources.sorted(by: { $0.key < $1.key }) {
      guard let address = IPAddress(host), addresses.contains(address) else { continue }
      for resource in resources.resources {
        let subject = Subject(type: resource.type, id: resource.id)
        guard seen.insert(subject).inserted, let operation = message.operation(subject) else { continue }
        operations.append(operation)
      }
    }
    return operations
  }

  private static func allOperations(of message: Alcor_Schema_GoalStateV2) -> [AlcorOperation] {
    var operations: [AlcorOperation] = []
    operations.reserveCapacity(count(in: message))
    append(message.vpcStates, to: &operations)
    append(message.subnetStates, to: &operations)
    append(message.securityGroupStates, to: &operations)
    append(message.routerStates, to: &operations)
    append(message.neighborStates, to: &operations)
    append(message.portStates, to: &operations)
    append(message.dhcpStates, to: &operations)
    append(message.gatewayStates, to: &operations)
    return operations
  }

  private static func append(_ states: [String: some AlcorState], to operations: inout [AlcorOperation]) {
    for key in states.keys.sorted() {
      if let state = states[key] { operations.append(AlcorOperation(state, key: key)) }
    }
  }

  /// How many states the message has.
  static func count(in message: Alcor_Schema_GoalState) -> Int {
    message.vpcStates.count + message.subnetStates.count + message.portStates.count + message.neighborStates.count
      + message.securityGroupStates.count + message.dhcpStates.count + message.routerStates.count
      + message.gatewayStates.count
  }

  /// How many states the message has, and how many its hosts' lists name.
  static func count(in message: Alcor_Schema_GoalStateV2) -> Int {
    message.vpcStates.count + message.subnetStates.count + message.portStates.count + message.neighborStates.count
      + message.securityGroupStates.count + message.dhcpStates.count + message.routerStates.count
      + message.gatewayStates.count + message.hostResources.values.reduce(0) { $0 + $1.resources.count }
  }
}

extension Alcor_Schema_GoalStateV2 {
  /// The operation about a resource that a host's list names; nil for a neighbor that is not in the message.
  fileprivate func operation(_ subject: AlcorOperation.Subject) -> AlcorOperation? {
    let found: AlcorOperation? =
      switch subject.type {
      case .vpc: Self.operation(subject, in: vpcStates)
      case .subnet: Self.operation(subject, in: subnetStates)
      case .port: Self.operation(subject, in: portStates)
      case .neighbor: Self.operation(subject, in: neighborStates)
      case .securitygroup: Self.operation(subject, in: securityGroupStates)
      case .dhcp: Self.operation(subject, in: dhcpStates)
      case .router: Self.operation(subject, in: routerStates)
      case .gateway: Self.operation(subject, in: gatewayStates)
      case .UNRECOGNIZED: nil
      }
    return found ?? (subject.type == .neighbor ? nil : AlcorOperation(missing: subject))
  }

  /// A router's state for one host, HOST/ROUTER, may stand under the router's id alone.
  private static func operation(
    _ subject: AlcorOperation.Subject, in states: [String: some AlcorState]
  ) -> AlcorOperation? {
    if let state = states[subject.id] { return AlcorOperation(state, key: subject.id) }
    guard subject.type == .router else { return nil }
    let id = AlcorOperation.routerID(subject.id)
    return states[id].map { AlcorOperation($0, key: id) }
  }
}
