/// Connection tracking of one packet: what Open vSwitch's ct action does to it and to the connections.
///
/// ```
/// no connection → new (kept only when committed) → established once the other side answered
/// ```
struct Tracker {
  var table: ConntrackTable
  let time: ModelTime
  private(set) var changes: [ConntrackChange] = []

  init(_ table: ConntrackTable, at time: ModelTime) {
    self.table = table
    self.time = time
  }

  /// A packet's key, the connection that it belongs to and in which direction.
  private struct Finding {
    var key: ConnectionKey
    var isRelated: Bool
    var connection: Connection?
    var isReply = false
  }

  /// Tracks `packet`: sets what it shows of its connection, translates its addresses, commits the connection.
  mutating func track(_ packet: inout DatapathPacket, _ request: TrackingRequest) {
    if let cached = packet.cached, cached.connection.key.zone == request.zone, !request.force {
      again(&packet, request, cached)
      return
    }
    guard let read = ConnectionKeyReader.read(packet, zone: request.zone) else {
      packet.connection.state = [.invalid]
      describe(&packet, request.zone, nil, nil)
      return
    }
    // A state of another zone says nothing here.
    if packet.connection.zone != request.zone { packet.connection.state = [] }
    var finding = Finding(key: read.key, isRelated: read.isRelated)
    guard find(&finding, in: packet) else {
      packet.connection.state.insert(.invalid)
      describe(&packet, request.zone, nil, nil)
      return
    }
    if request.force, finding.isReply, let connection = finding.connection {
      forget(connection.key)
      finding.connection = nil
    }
    let isNew = follow(&packet, request, &finding)
    if isNew, table.find(finding.key, at: time) == nil { begin(&packet, request, &finding) }
    describe(&packet, request.zone, finding.connection, finding.key)
    label(&packet, request, finding.connection)
    packet.cached =
      request.translation == nil
      ? finding.connection.map {
        CachedConnection(connection: $0, isReply: finding.isReply, isRelated: finding.isRelated)
      }
      : nil
  }

  /// The packet was tracked in this zone before, and is as it was: its state stays, even if a copy of it has ended the
  /// connection meanwhile.
  private mutating func again(
    _ packet: inout DatapathPacket, _ request: TrackingRequest, _ cached: CachedConnection
  ) {
    let key = cached.connection.key
    let current = table.connection(key, at: time).flatMap { $0.key == key ? $0 : nil }
    let connection = current ?? cached.connection
    if request.translation != nil {
      translate(&packet, connection, request.zone, isReply: cached.isReply, isRelated: cached.isRelated)
      packet.cached = nil
    }
    packet.connection.zone = request.zone
    packet.connection.mark = connection.mark
    packet.connection.label = connection.label
    label(&packet, request, connection)
  }

  /// Finds the packet's connection; false when it was one that is gone, whose translation is still there.
  private mutating func find(_ finding: inout Finding, in packet: DatapathPacket) -> Bool {
    // A packet that was translated already has the key of the connection's other direction, reversed.
    let isTranslated = !packet.connection.state.isDisjoint(with: [.sourceTranslated, .destinationTranslated])
    switch table.find(isTranslated ? finding.key.reversed : finding.key, at: time) {
    case .connection(let connection, let isReply):
      finding.connection = connection
      finding.isReply = isReply != isTranslated
      if isTranslated { finding.key = finding.isReply ? connection.replyKey : connection.key }
      return true
    case .remains: return false
    case nil: return true
    }
  }

  /// Takes the packet into its connection's state; whether it is to begin one.
  private mutating func follow(
    _ packet: inout DatapathPacket, _ request: TrackingRequest, _ finding: inout Finding
  ) -> Bool {
    if let connection = finding.connection {
      let isNew = advance(&packet, connection, &finding)
      if request.translation != nil, !isNew, let connection = finding.connection {
        translate(
          &packet, connection, request.zone, isReply: finding.isReply, isRelated: finding.isRelated)
      }
      return isNew
    }
    if request.translation == nil, let original = originalConnection(of: packet, finding.key) {
      finding.connection = original
      return advance(&packet, original, &finding)
    }
    if finding.isRelated {
      packet.connection.state = [.invalid]
      return false
    }
    return true
  }

  /// The connection of a packet that was translated, by the tuple that it still shows.
  private func originalConnection(of packet: DatapathPacket, _ key: ConnectionKey) -> Connection? {
    let tuple = packet.connection.tuple
    guard !packet.connection.state.isDisjoint(with: [.sourceTranslated, .destinationTranslated]),
      tuple.ipProtocol != 0, tuple.isIPv6 == key.isIPv6
    else { return nil }
    var source = ConnectionKey.Endpoint(address: tuple.source, port: tuple.sourcePort)
    var destination = ConnectionKey.Endpoint(address: tuple.destination, port: tuple.destinationPort)
    if key.isICMP {
      source.port = key.source.port
      destination.port = key.destination.port
      source.icmpType = UInt8(truncatingIfNeeded: tuple.sourcePort)
      destination.icmpType = ICMPType.reversed(source.icmpType, isIPv6: key.isIPv6) ?? 0
    }
    let original = ConnectionKey(
      zone: packet.connection.zone, isIPv6: key.isIPv6, ipProtocol: tuple.ipProtocol, source: source,
      destination: destination)
    return table.connection(original, at: time)
  }

  private mutating func advance(
    _ packet: inout DatapathPacket, _ connection: Connection, _ finding: inout Finding
  ) -> Bool {
    if finding.isRelated {
      packet.connection.state.insert(.related)
      if finding.isReply { packet.connection.state.insert(.reply) }
      return false
    }
    var connection = connection
    let verdict = connection.progress.follow(packet, isReply: finding.isReply)
    switch verdict {
    case .valid:
      packet.connection.state.insert(.established)
      packet.connection.state.remove(.new)
      if finding.isReply { packet.connection.state.insert(.reply) }
    case .validNew: packet.connection.state.insert(.new)
    case .invalid:
      packet.connection.state = [.invalid]
      return false
    case .new:
      forget(connection.key)
      finding.connection = nil
      return true
    }
    connection.expiry = time.advanced(milliseconds: connection.progress.timeout.milliseconds)
    save(connection)
    finding.connection = connection
    return false
  }

  /// A packet that no connection has: the first of one, if it may be; it is kept when the action commits.
  private mutating func begin(_ packet: inout DatapathPacket, _ request: TrackingRequest, _ finding: inout Finding) {
    guard let progress = Connection.Progress(firstPacket: packet, key: finding.key) else {
      packet.connection.state = [.invalid]
      return
    }
    packet.connection.state = [.new]
    guard request.commit else { return }
    var connection = Connection(
      key: finding.key, replyKey: finding.key.reversed,
      expiry: time.advanced(milliseconds: progress.timeout.milliseconds), progress: progress)
    if let translation = request.translation {
      guard let replyKey = table.replyKey(for: finding.key, translation, at: time) else { return }
      connection.replyKey = replyKey
      connection.translation = translation.kind
      packet.rewrite(for: connection, isReply: false, isRelated: finding.isRelated)
    }
    table.insert(connection)
    changes.append(.created(connection))
    finding.connection = connection
  }

  /// Translates the packet as its connection says, once in a zone.
  private func translate(
    _ packet: inout DatapathPacket, _ connection: Connection, _ zone: UInt16, isReply: Bool, isRelated: Bool
  ) {
    guard let kind = connection.translation, kind != .existing else { return }
    let translated: ConnectionState = [.sourceTranslated, .destinationTranslated]
    if !packet.connection.state.isDisjoint(with: translated) {
      guard packet.connection.zone != zone else { return }
      packet.connection.state.subtract(translated)
    }
    packet.rewrite(for: connection, isReply: isReply, isRelated: isRelated)
  }

  /// Writes what is known into the packet.
  private func describe(
    _ packet: inout DatapathPacket, _ zone: UInt16, _ connection: Connection?, _ key: ConnectionKey?
  ) {
    packet.connection.state.insert(.tracked)
    packet.connection.zone = zone
    packet.connection.mark = connection?.mark ?? 0
    packet.connection.label = connection?.label ?? 0
    packet.connection.tuple = (connection?.key ?? key)?.tuple ?? ConnectionTuple()
  }

  /// Marks and labels the connection.
  private mutating func label(
    _ packet: inout DatapathPacket, _ request: TrackingRequest, _ connection: Connection?
  ) {
    guard let key = connection?.key, var connection = table.connection(key, at: time),
      request.markMask != 0 || request.labelMask != 0
    else { return }
    connection.mark = request.mark | connection.mark & ~request.markMask
    connection.label = request.label | connection.label & ~request.labelMask
    packet.connection.mark = connection.mark
    packet.connection.label = connection.label
    save(connection)
  }

  private mutating func save(_ connection: Connection) {
    table.update(connection)
    changes.append(.updated(connection))
  }

  private mutating func forget(_ key: ConnectionKey) {
    table.remove(key)
    changes.append(.removed(key))
  }
}

extension Connection.Progress {
  /// What a connection's first packet makes of it; nil for a packet that may not begin one.
  init?(firstPacket packet: DatapathPacket, key: ConnectionKey) {
    switch key.ipProtocol {
    case IPNumber.tcp:
      guard let segment = TCPSegment(packet), TCPTracker.canBegin(with: segment) else { return nil }
      self = .tcp(TCPTracker(segment))
    case IPNumber.icmp, IPNumber.icmpv6:
      let type = packet.layout.transport.flatMap { packet.bytes.byte(at: $0) } ?? 0
      guard ICMPType.isQuery(type, isIPv6: key.ipProtocol == IPNumber.icmpv6) else { return nil }
      self = .icmp(answered: false)
    default: self = .other(.otherFirst)
    }
  }

  var timeout: ConnectionTimeout {
    switch self {
    case .tcp(let tracker): tracker.timeout
    case .icmp(let answered): answered ? .icmpReply : .icmpFirst
    case .other(let timeout): timeout
    }
  }

  mutating func follow(_ packet: DatapathPacket, isReply: Bool) -> TCPTracker.Verdict {
    switch self {
    case .tcp(var tracker):
      guard let segment = TCPSegment(packet) else { return .invalid }
      let verdict = tracker.follow(segment, isReply: isReply)
      self = .tcp(tracker)
      return verdict
    case .icmp(let answered):
      self = .icmp(answered: answered || isReply)
      return answered || isReply ? .valid : .validNew
    case .other(let timeout):
      if isReply || timeout == .otherBidirectional {
        self = .other(.otherBidirectional)
        return .valid
      }
      self = .other(.otherMultiple)
      return .validNew
    }
  }
}
