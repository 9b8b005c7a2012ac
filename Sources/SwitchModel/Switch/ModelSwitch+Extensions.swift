import NetworkTypes
import OpenFlow

extension ModelSwitch {
  /// Carries out a request of Nicira's or the ONF's.
  mutating func carryOutExtension(_ bytes: [UInt8], from id: ConnectionID, at now: ModelTime) throws(Refusal) {
    let xid = bytes.uint32(at: 4) ?? 0
    switch (bytes.uint32(at: 8), bytes.uint32(at: 12)) {
    case (0x4f4e_4600, 2300): return try controlBundle(bytes, from: id, at: now)
    case (0x4f4e_4600, 2301): return try addToBundle(bytes, from: id, at: now)
    case (0x2320, 15), (0x2320, 18): return  // a table number in flow_mods of OpenFlow 1.0, and an aid for debugging
    case (0x2320, 16): guard bytes.uint32(at: 16) ?? 0 <= 2 else { throw .notPermitted }
    case (0x2320, 24): guard bytes.uint16(at: 16) ?? 0 <= 2 else { throw .nicira(16) }
    default: break
    }
    switch try decoded(bytes) {
    case .flowMonitorCancel(let monitor):
      guard connections[id]?.monitors.removeValue(forKey: monitor) != nil else { throw .unknownMonitor }
    case .setPacketInFormat(let format): connections[id]?.packetInFormat = format
    case .setControllerID(let number): connections[id]?.controllerID = number
    case .tunnelOptionMod(let mod): try apply(mod)
    case .tunnelOptionRequest:
      let table = TunnelOptionTable(maximumSpace: 256, maximumFields: 64, options: tunnelOptions)
      send(.tunnelOptionReply(table), xid: xid, to: id)
    case .setAsync2(let properties): try set(properties, of: id)
    case .resume(let packet): try resume(packet, at: now)
    case .conntrackFlushZone(let zone): memory.connections.flush(zone: zone)
    case .conntrackFlush(let flush): memory.connections.removeAll { flush.covers($0) }
    case .experimenter(let number, let body) where number.experimenter == 0x2320 && number.subtype == 19:
      setNiciraAsync(body, of: id)
    default: throw .badExperimenterType
    }
  }

  /// Nicira 19: the masks of OpenFlow 1.3's set-async in the same order.
  private mutating func setNiciraAsync(_ body: [UInt8], of id: ConnectionID) {
    func reasons(_ offset: Int) -> AsyncConfiguration.Reasons {
      AsyncConfiguration.Reasons(primary: body.uint32(at: offset) ?? 0, secondary: body.uint32(at: offset + 4) ?? 0)
    }
    connections[id]?.reasons.configuration = AsyncConfiguration(
      packetIn: reasons(0), portStatus: reasons(8), flowRemoved: reasons(16))
    connections[id]?.startTelling()
  }

  /// Nicira 27: nothing is set when one of the properties is wrong.
  private mutating func set(_ properties: [AsyncProperty], of id: ConnectionID) throws(Refusal) {
    var reasons = connections[id]?.reasons ?? AsyncReasons()
    for property in properties {
      guard let kind = AsyncReasons.Kind(rawValue: Int(property.type / 2)) else { throw .badPropertyType }
      guard property.mask & ~kind.known == 0 else { throw .invalidAsync }
      reasons[kind, property.type % 2 == 0 ? .secondary : .primary] = property.mask
    }
    connections[id]?.reasons = reasons
    connections[id]?.startTelling()
  }

  /// The fields that hold a tunnel option.
  var mappedOptions: Set<UInt8> { Set(tunnelOptions.map { UInt8(truncatingIfNeeded: $0.index) }) }

  /// Changes which field holds which tunnel option (tun-metadata.c, tun_metadata_table_mod).
  private mutating func apply(_ mod: TunnelOptionMod) throws(Refusal) {
    for option in mod.options {
      guard option.length <= 124, option.length % 4 == 0 else { throw .nicira(17) }
      guard option.index < 64 else { throw .nicira(18) }
    }
    switch mod.command {
    case .clear: tunnelOptions = []
    case .delete:
      tunnelOptions.removeAll { old in
        mod.options.contains { $0.index == old.index }
      }
    case .add:
      var options = tunnelOptions
      for option in mod.options {
        guard !options.contains(where: { $0.index == option.index }) else { throw .nicira(20) }
        guard !options.contains(where: { $0.optionClass == option.optionClass && $0.type == option.type }) else {
          throw .nicira(21)
        }
        options.append(option)
        guard options.reduce(0, { $0 + Int($1.length) }) <= 256 else { throw .nicira(19) }
      }
      tunnelOptions = options.sorted { $0.index < $1.index }
    }
  }
}

extension ConntrackFlush {
  /// Whether a connection agrees with everything that is said.
  fileprivate func covers(_ connection: Connection) -> Bool {
    guard zone == nil || zone == connection.key.zone else { return false }
    guard ipProtocol == 0 || ipProtocol == connection.key.ipProtocol else { return false }
    return (original?.covers(connection.key) ?? true) && (reply?.covers(connection.replyKey) ?? true)
  }
}

extension ConntrackFlush.Tuple {
  fileprivate func covers(_ key: ConnectionKey) -> Bool {
    func agrees<Value: Equatable>(_ wanted: Value?, _ value: Value) -> Bool { wanted.map { $0 == value } ?? true }
    return agrees(source.map(\.number), key.source.address)
      && agrees(destination.map(\.number), key.destination.address)
      && agrees(sourcePort, key.source.port) && agrees(destinationPort, key.destination.port)
      && agrees(icmpID, key.source.port) && agrees(icmpType, key.source.icmpType)
  }
}

extension IPAddress {
  fileprivate var number: UInt128 {
    switch self {
    case .v4(let address): UInt128(address.rawValue)
    case .v6(let address): UInt128(address.high) << 64 | UInt128(address.low)
    }
  }
}
