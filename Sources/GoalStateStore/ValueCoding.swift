import GoalState

extension ResourceKind {
  /// What stands for it in files; it never changes.
  fileprivate var number: UInt8 {
    switch self {
    case .network: 1
    case .subnet: 2
    case .securityGroup: 3
    case .router: 4
    case .neighbor: 5
    case .port: 6
    }
  }

  fileprivate init?(number: UInt8) {
    switch number {
    case 1: self = .network
    case 2: self = .subnet
    case 3: self = .securityGroup
    case 4: self = .router
    case 5: self = .neighbor
    case 6: self = .port
    default: return nil
    }
  }
}

extension ByteOutput {
  mutating func write(_ key: ResourceKey) {
    write(key.kind.number)
    write(key.id.description)
  }

  mutating func write(_ resource: StoredResource) {
    write(resource.key)
    write(resource.revision)
    write(resource.bytes)
  }

  mutating func write(_ failure: ResourceFailure) {
    write(failure.key)
    write(failure.revision)
    write(failure.code.rawValue)
    write(failure.message)
  }

  mutating func write(_ version: GoalStateVersion) {
    write(version.epoch)
    write(version.revision)
  }

  mutating func write(_ time: StoredTime) {
    write(time.wall)
    write(time.sinceBoot)
  }
}

extension ByteInput {
  mutating func key() throws(MalformedRecord) -> ResourceKey {
    let number = try number(UInt8.self)
    guard let kind = ResourceKind(number: number) else {
      throw MalformedRecord("it has a kind of resource, \(number), that this version does not know")
    }
    let id = try data()
    if let uuid = id.withUnsafeBytes({ IdentifierText(uuid: $0) }) { return ResourceKey(kind, uuid) }
    guard let text = String(validating: id, as: UTF8.self) else { throw MalformedRecord("an id is not UTF-8") }
    return ResourceKey(kind, text)
  }

  mutating func resource() throws(MalformedRecord) -> StoredResource {
    StoredResource(key: try key(), revision: try number(), bytes: try data())
  }

  mutating func failure() throws(MalformedRecord) -> ResourceFailure {
    let (key, revision, code) = (try key(), try number(UInt64.self), try text())
    guard let code = ResourceFailure.Code(rawValue: code) else {
      throw MalformedRecord("it has a kind of failure that this version does not know")
    }
    return ResourceFailure(key: key, revision: revision, code: code, message: try text())
  }

  mutating func version() throws(MalformedRecord) -> GoalStateVersion {
    GoalStateVersion(epoch: try text(), revision: try number())
  }

  mutating func time() throws(MalformedRecord) -> StoredTime {
    StoredTime(wall: try number(), sinceBoot: try number())
  }

  mutating func resources() throws(MalformedRecord) -> [StoredResource] {
    try list { (input: inout ByteInput) throws(MalformedRecord) in try input.resource() }
  }

  mutating func keys() throws(MalformedRecord) -> [ResourceKey] {
    try list { (input: inout ByteInput) throws(MalformedRecord) in try input.key() }
  }

  mutating func failures() throws(MalformedRecord) -> [ResourceFailure] {
    try list { (input: inout ByteInput) throws(MalformedRecord) in try input.failure() }
  }
}
