import NIOPosix
import OpenFlow
import OpenFlowNIO
import Pipeline
import SwitchEngine

/// The agent's flows on a switch, as the bodies of messages that add them again, but as somebody else's.
struct InstalledFlows: Sendable {
  private(set) var bodies: [[UInt8]] = []

  /// A cookie that is not the agent's, which leaves such flows alone.
  static let cookie: UInt64 = 0xbe4c << 48
  /// The bits of the cookie that say whose a flow is.
  static let cookieMask = FlowCookie.ownerMask

  /// Reads the switch.
  init(socket: String) async throws {
    let connection = try await SwitchConnection.connect(
      to: .unix(socket), group: MultiThreadedEventLoopGroup.singleton.next())
    let collector = Collector()
    try await connection.readFlows(table: nil, cookies: FlowCookie.ownership) { part in try await collector.add(part) }
    bodies = await collector.bodies
    await connection.close()
  }

  /// Those whose keys others do not have.
  func subtracting(_ others: InstalledFlows) -> InstalledFlows {
    let known = Set(others.bodies.map(InstalledFlows.key))
    var rest = self
    rest.bodies = bodies.filter { !known.contains(InstalledFlows.key($0)) }
    return rest
  }

  /// Those that another can add: a port's meter is the agent's, and goes with the port.
  func withoutMeters() throws -> InstalledFlows {
    var rest = self
    rest.bodies = try bodies.filter { body in
      try !FlowBody.decode(body[...]).instructions.contains { if case .meter = $0 { true } else { false } }
    }
    return rest
  }

  /// What the switch tells flows apart by.
  private static func key(_ body: [UInt8]) -> [UInt8] {
    [FlowBody.table(body[...])?.rawValue ?? 0] + RawMessage.integer(FlowBody.priority(body[...]))
      + FlowBody.match(body[...])
  }

  private actor Collector {
    private(set) var bodies: [[UInt8]] = []

    func add(_ part: [UInt8]) throws {
      try FlowStatisticsEntry.forEach(in: part) { entry throws(MalformedMessage) in
        var header = entry.header
        header.cookie = InstalledFlows.cookie
        var body: [UInt8] = []
        FlowBody.append(header, tail: part[entry.tail], to: &body)
        bodies.append(body)
      }
    }
  }
}
