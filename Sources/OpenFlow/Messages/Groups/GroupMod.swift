/// A change of a group (OpenFlow 1.3.5 section 7.3.4.3, ofp_group_mod).
public struct GroupMod: Hashable, Sendable, WireValue {
  /// What is done with the group (ofp_group_mod_command).
  public enum Command: UInt16, Hashable, Sendable, CaseIterable {
    /// Adds it.
    case add = 0
    /// Gives it this type and these buckets.
    case modify = 1
    /// Deletes it, and the flows that send to it; `.all` deletes every group.
    case delete = 2
    /// Gives it this type and these buckets, whether it is there or not (Open vSwitch's OFPGC11_ADD_OR_MOD).
    case addOrModify = 0x8000
  }

  /// What is done.
  public var command: Command
  /// The group as it is to be; for a deletion only its number counts.
  public var group: Group

  /// A change of a group.
  public init(_ command: Command, _ group: Group) {
    self.command = command
    self.group = group
  }

  /// Deletes a group.
  public static func delete(_ id: GroupID) -> GroupMod {
    GroupMod(.delete, Group(id: id, type: .all, buckets: []))
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    let start = reader
    guard let command = Command(rawValue: try reader.integer()) else {
      throw start.malformed("expected a group_mod command of 0 to 2, or 0x8000")
    }
    self.command = command
    let type = try Group.Kind(&reader)
    try reader.skip(1)
    let id = GroupID(rawValue: try reader.integer())
    group = Group(id: id, type: type, buckets: try reader.list())
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(command.rawValue)
    bytes.append(group.type.rawValue)
    bytes.appendZeros(1)
    bytes.appendInteger(group.id.rawValue)
    bytes.appendList(group.buckets)
  }
}

extension GroupMod {
  /// The message without its header, ready to be put into a bundle.
  public var body: [UInt8] {
    var bytes: [UInt8] = []
    encodeBody(to: &bytes)
    return bytes
  }
}
