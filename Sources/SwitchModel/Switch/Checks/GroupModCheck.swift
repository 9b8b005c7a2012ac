import OpenFlow

/// Reads changes of groups and meters as Open vSwitch does (ofp-group.c, ofp-meter.c).
enum GroupModCheck {
  /// The change of a group that a message with its header asks for.
  static func read(_ bytes: [UInt8]) throws(Refusal) -> GroupMod {
    guard let command = bytes.uint16(at: 8), let type = bytes.byte(at: 10) else { throw .badLength }
    let buckets = try self.buckets(bytes)
    if command == 2, !buckets.isEmpty { throw .invalidGroup }
    guard let kind = Group.Kind(rawValue: type) else { throw .badGroupType }
    if kind == .indirect, command != 2, buckets.count != 1 { throw .invalidGroup }
    guard GroupMod.Command(rawValue: command) != nil else { throw .badGroupCommand }
    for bucket in buckets {
      if bucket.weight != 0, kind != .select { throw .invalidGroup }
      switch kind {
      case .all, .indirect: if bucket.hasLiveness { throw .watchUnsupported }
      case .fastFailover: if !bucket.hasLiveness { throw .invalidGroup }
      case .select: break
      }
    }
    guard case .groupMod(let mod)? = try? OpenFlowMessage.decode(bytes).message else { throw .badLength }
    return mod
  }

  private struct BucketHeader {
    let weight: UInt16
    let hasLiveness: Bool
  }

  private static func buckets(_ bytes: [UInt8]) throws(Refusal) -> [BucketHeader] {
    var headers: [BucketHeader] = []
    var offset = 16
    while offset < bytes.count {
      guard let length = bytes.uint16(at: offset), length >= 16, offset + Int(length) <= bytes.count,
        let weight = bytes.uint16(at: offset + 2), let port = bytes.uint32(at: offset + 4),
        let group = bytes.uint32(at: offset + 8)
      else { throw .badBucket }
      guard length % 8 == 0 else { throw .badLength }
      let actions = try ActionDecoding(bytes: bytes).list(offset + 16..<offset + Int(length))
      try ActionOrder.check(actions, in: .top, bytes)
      guard OFPort(port).isRepresentable else { throw .badWatch }
      headers.append(
        BucketHeader(weight: weight, hasLiveness: OFPort(port) != .any || group != GroupID.any.rawValue))
      offset += Int(length)
    }
    return headers
  }
}

/// Reads changes of meters as Open vSwitch does (ofp-meter.c, ofputil_decode_meter_mod).
enum MeterModCheck {
  /// The change of a meter that a message with its header asks for.
  static func read(_ bytes: [UInt8]) throws(Refusal) -> MeterMod {
    guard let number = bytes.uint16(at: 8), let flags = bytes.uint16(at: 10), let id = bytes.uint32(at: 12) else {
      throw .badLength
    }
    guard let command = MeterMod.Command(rawValue: number) else { throw .badMeterCommand }
    guard command != .delete else { return .delete(MeterID(id)) }
    guard flags & 3 != 3 else { throw .badMeterFlags }
    var offset = 16
    while bytes.count - offset >= 16 {
      guard bytes.uint16(at: offset + 2) == 16 else { throw .badLength }
      guard let type = bytes.uint16(at: offset), type == 1 || type == 2 else { throw .badBand }
      offset += 16
    }
    guard offset == bytes.count, case .meterMod(let mod)? = try? OpenFlowMessage.decode(bytes).message else {
      throw .badLength
    }
    return mod
  }
}
