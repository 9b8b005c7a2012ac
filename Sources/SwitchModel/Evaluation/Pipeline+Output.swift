import OpenFlow

extension Pipeline {
  /// Sends the packet out of a port, as `output` has it.
  mutating func output(_ port: OFPort, maxLength: UInt16 = .max) {
    switch port {
    case .inPort: send(to: OFPort(key.inPort))
    case .table: lookUp(in: TableID(0), port: key.inPort)
    case .normal: if !isReservedMulticast { flood(reaching: { !$0.configuration.contains(.noFlood) }) }
    case .flood: flood(reaching: { !$0.configuration.contains(.noFlood) })
    case .all: flood(reaching: { _ in true })
    case .controller: sendToController(reason: 1, controllerID: 0, maxLength: maxLength)
    case .any: break
    default:
      if port.rawValue == key.inPort {
        trace.add(.detail, "not out of the port that it came in by")
      } else {
        send(to: port)
      }
    }
  }

  /// Sends the packet out of the port whose number is in a field.
  mutating func output(_ value: UInt128?, maxLength: UInt16 = .max) {
    guard let value, value <= 0xffff else {
      trace.add(.warning, "no such port")
      return
    }
    let compact = UInt32(truncatingIfNeeded: value)
    output(OFPort(compact >= 0xff00 ? 0xffff_0000 | compact : compact), maxLength: maxLength)
  }

  /// Sends at most the first bytes of the packet.
  mutating func output(_ port: OFPort, truncatedTo length: Int) {
    switch port {
    case .table, .normal, .flood, .all, .controller, .any:
      trace.add(.warning, "a packet for \(port) is not truncated, nor sent")
    default:
      if port.rawValue == key.inPort {
        trace.add(.detail, "not out of the port that it came in by")
      } else if state.ports[port == .inPort ? OFPort(key.inPort) : port] != nil {
        emit(.truncate(length))
        output(port)
      }
    }
  }

  /// Sends the packet out of a port that is up, or notes its number. Among several that are up only the first can be
  /// told: Open vSwitch's hash is its own.
  mutating func output(_ bundle: BundleAction) {
    let live = bundle.members.filter(isUp)
    guard bundle.algorithm == .activeBackup || live.count <= 1 else {
      trace.add(.warning, "a choice by a hash is not evaluated")
      return
    }
    let port = live.first ?? .any
    if let slice = bundle.destination {
      load(UInt128(port.rawValue & 0xffff), slice)
    } else {
      output(port)
    }
  }

  private func isUp(_ port: OFPort) -> Bool {
    switch port {
    case .inPort, .table, .normal, .flood, .all, .any: true
    case .controller: false
    default: state.ports[port]?.isLive ?? false
    }
  }

  private mutating func send(to number: OFPort) {
    guard let port = state.ports[number] else {
      trace.add(.warning, "there is no port \(number)")
      return
    }
    guard !port.configuration.contains(.noForward) else {
      trace.add(.detail, "port \(number) sends nothing")
      return
    }
    commit()
    emit(.output(number, tunnel: port.isTunnel ? key.tunnel : nil))
  }

  private mutating func flood(reaching condition: (ModelPort) -> Bool) {
    for port in state.ports.values.sorted(by: { $0.number < $1.number })
    where port.number.rawValue != key.inPort && condition(port) {
      send(to: port.number)
    }
  }

  /// Addresses that a bridge never forwards (IEEE 802.1D).
  private var isReservedMulticast: Bool { key.ethernetDestination & 0xffff_ffff_fff0 == 0x0180_c200_0000 }

  mutating func sendToController(reason: UInt8, controllerID: UInt16, maxLength: UInt16 = .max) {
    commit()
    let action = ControllerAction(maxLength: maxLength, controllerID: controllerID, reason: reason)
    emit(.controller(packetIn(action, continuation: nil)))
  }

  func packetIn(_ action: ControllerAction, continuation: FrozenPipeline?) -> PacketInRequest {
    // What a flow for everything, of the lowest priority, sends is a miss (OpenFlow 1.3.5 section 7.4.1).
    let isMiss = action.reason == 1 && entry.map { $0.flow.priority == 0 && $0.fields.isEmpty } ?? false
    return PacketInRequest(
      reason: isMiss ? 0 : action.reason, table: table, cookie: cookie, controllerID: action.controllerID,
      maxLength: action.maxLength, userdata: action.userdata, meter: action.meter, key: key, continuation: continuation)
  }
}
