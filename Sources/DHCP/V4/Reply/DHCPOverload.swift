import PacketFormats

// Makes options fit into the longest message that a client takes: into the file and sname fields where there is room
// (RFC 2131 section 4.1, RFC 2132 section 9.3), and by leaving out the least important ones where there is not.

/// Rearranges the options of the message at `messageStart`, which stand at the buffer's end without their end, so that
/// the whole message is at most `limit` bytes long.
func fitDHCPOptions(in buffer: inout [UInt8], messageStart: Int, limit: Int) {
  let optionsStart = messageStart + DHCPHeader.optionsOffset
  let room = limit - DHCPHeader.optionsOffset - 1
  guard buffer.count >= optionsStart, buffer.count - optionsStart > room else { return }
  let block = Array(buffer[optionsStart...])
  buffer.removeLast(block.count)
  // Option 52 itself takes three bytes, the other fields need an end each. A field that names what to boot stays as it is.
  let free = [DHCPHeader.fileField, DHCPHeader.serverNameField].map { field in
    buffer[messageStart + field.lowerBound] == 0 ? field.count - 1 : 0
  }
  var layout = OverloadLayout(rooms: [room - 3] + free)
  let groups = optionGroups(block)
  for group in groups.sorted(by: { ($0.rank, $0.range.lowerBound) < ($1.rank, $1.range.lowerBound) }) {
    layout.place(group)
  }
  let used: UInt8 = (layout.isUsed(1) ? 1 : 0) | (layout.isUsed(2) ? 2 : 0)
  for group in groups where layout.field(of: group) == 0 {
    buffer.append(contentsOf: block[group.range])
    if group.code == .messageType, used != 0 {
      buffer.append(contentsOf: [DHCPOptionCode.overload.rawValue, 1, used])
    }
  }
  let fields = [(1, DHCPHeader.fileField), (2, DHCPHeader.serverNameField)]
  for (number, field) in fields where layout.isUsed(number) {
    var bytes: [UInt8] = []
    for group in groups where layout.field(of: group) == number {
      bytes.append(contentsOf: block[group.range])
    }
    bytes.append(DHCPOptionCode.end.rawValue)
    bytes.appendZeros(field.count - bytes.count)
    buffer.replaceSubrange(messageStart + field.lowerBound..<messageStart + field.upperBound, with: bytes)
  }
}

/// One option with all its parts.
private struct OptionGroup {
  let code: DHCPOptionCode
  var range: Range<Int>

  /// Which options come first when there is not room for all: those without which there is no lease, then what must be
  /// echoed, then the rest in its order.
  var rank: Int {
    switch code {
    case .messageType, .serverIdentifier, .leaseTime, .subnetMask: 0
    case .relayAgentInformation: 1
    case .clientIdentifier: 2
    default: 3
    }
  }
}

private func optionGroups(_ block: [UInt8]) -> [OptionGroup] {
  var groups: [OptionGroup] = []
  var offset = 0
  while offset + 2 <= block.count {
    let code = DHCPOptionCode(rawValue: block[offset])
    let end = min(offset + 2 + Int(block[offset + 1]), block.count)
    if let last = groups.last, last.code == code {
      groups[groups.count - 1].range = last.range.lowerBound..<end
    } else {
      groups.append(OptionGroup(code: code, range: offset..<end))
    }
    offset = end
  }
  return groups
}

/// Which option goes into which field: 0 options, 1 file, 2 sname.
private struct OverloadLayout {
  private var rooms: [Int]
  private var fields: [Int: Int] = [:]

  init(rooms: [Int]) {
    self.rooms = rooms
  }

  /// Puts the option into the first field that has room. Relay agents look for theirs at the end of the options only.
  mutating func place(_ group: OptionGroup) {
    let candidates = group.code == .relayAgentInformation ? 0...0 : 0...2
    guard let field = candidates.first(where: { rooms[$0] >= group.range.count }) else { return }
    rooms[field] -= group.range.count
    fields[group.range.lowerBound] = field
  }

  func field(of group: OptionGroup) -> Int? {
    fields[group.range.lowerBound]
  }

  func isUsed(_ field: Int) -> Bool {
    fields.values.contains(field)
  }
}
