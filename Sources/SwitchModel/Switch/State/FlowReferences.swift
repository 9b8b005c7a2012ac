import OpenFlow

/// What a flow's instructions name: ports, groups and meters.
///
/// Read from the bytes, actions within actions included, so that actions that are kept as bytes count as well.
struct FlowReferences {
  private(set) var ports: Set<OFPort> = []
  private(set) var groups: Set<UInt32> = []
  private(set) var meters: Set<UInt32> = []

  /// What encoded instructions name.
  init(_ instructions: [UInt8]) {
    var offset = 0
    while let type = instructions.uint16(at: offset), let length = instructions.uint16(at: offset + 2), length >= 8 {
      switch type {
      case 3, 4: add(instructions, offset + 8..<min(offset + Int(length), instructions.count))
      case 6: if let meter = instructions.uint32(at: offset + 4) { meters.insert(meter) }
      default: break
      }
      offset += Int(length)
    }
  }

  /// What actions name.
  init(actions: [Action]) {
    self.init(
      Flow(table: TableID(0), priority: 0, cookie: 0, match: .any, instructions: [.applyActions(actions)])
        .instructionBytes)
  }

  private mutating func add(_ bytes: [UInt8], _ range: Range<Int>, depth: Int = 0) {
    var offset = range.lowerBound
    while offset < range.upperBound, let type = bytes.uint16(at: offset), let length = bytes.uint16(at: offset + 2),
      length >= 8
    {
      let end = min(offset + Int(length), range.upperBound)
      switch type {
      case 0: if let port = bytes.uint32(at: offset + 4) { ports.insert(OFPort(port)) }
      case 22: if let group = bytes.uint32(at: offset + 4) { groups.insert(group) }
      case 0xffff where bytes.uint32(at: offset + 4) == 0x2320:
        switch bytes.uint16(at: offset + 8) {
        case 20, 37: ports.insert(.controller)
        case 39: if let port = bytes.uint16(at: offset + 10) { ports.insert(OFPort(wide: port)) }
        case 35 where depth < 16: add(bytes, min(offset + 24, end)..<end, depth: depth + 1)
        case 42 where depth < 16: add(bytes, min(offset + 16, end)..<end, depth: depth + 1)
        default: break
        }
      default: break
      }
      offset += Int(length)
    }
  }
}

extension OFPort {
  /// The port that 16 bits of OpenFlow 1.0 mean.
  init(wide compact: UInt16) {
    self.init(compact >= 0xff00 ? 0xffff_0000 | UInt32(compact) : UInt32(compact))
  }

  /// Whether the number can be one of Open vSwitch's: 16 bits, or a reserved port.
  var isRepresentable: Bool { rawValue < 0xff00 || rawValue >= 0xffff_ff00 }
}
