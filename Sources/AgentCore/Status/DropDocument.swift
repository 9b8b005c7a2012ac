import GoalState
import OpenFlow
import Pipeline
import SwitchEngine

/// What the host's flows have dropped, for whoever asks on the agent's socket: since each flow was made, and only where
/// anything was.
struct DropDocument: Codable, Sendable {
  struct Entry: Codable, Hashable, Sendable {
    /// The port whose packets they were; absent where they are counted for a network, a router or the whole host.
    var port: String?
    /// The port's name.
    var name: String?
    /// The resource that the flows were made from, or `host`; absent for one that is gone.
    var resource: String?
    /// Why, as the flows' cookies say.
    var reason: String
    var packets: UInt64
    var bytes: UInt64
  }

  var drops: [Entry]
  /// Why the switch could not be asked.
  var error: String?
}

/// Adds up what flows have dropped by whose they are and why. Pure.
struct DropCounts: Sendable {
  private struct Key: Hashable {
    var feature: UInt8
    var hash: UInt32
    var reason: DropReason
  }

  private var counts: [Key: (packets: UInt64, bytes: UInt64)] = [:]

  /// The cookies of all flows that drop, in few questions: the switch looks at all of its flows for each. Each selects the
  /// reasons whose lowest bit is another, so that no flow is counted twice.
  static let filters: [CookieFilter] = {
    let highest = DropReason.allCases.map(\.rawValue).max() ?? 0
    return (0..<(UInt8.bitWidth - highest.leadingZeroBitCount)).map { bit in
      CookieFilter(
        FlowCookie.owner | 1 << UInt64(32 + bit), mask: FlowCookie.ownerMask | (2 << UInt64(bit) - 1) << 32)
    }
  }()

  mutating func add(_ flow: FlowCount) {
    guard flow.packets > 0, let cookie = FlowCookie(rawValue: flow.cookie), let reason = cookie.drop else { return }
    let key = Key(feature: cookie.feature?.rawValue ?? 0, hash: cookie.unitHash, reason: reason)
    let old = counts[key] ?? (0, 0)
    counts[key] = (old.packets &+ flow.packets, old.bytes &+ flow.bytes)
  }

  /// - Parameters:
  ///   - units: The units whose flows they can be.
  ///   - name: A port's name.
  func entries(units: [Unit], name: (PortID) -> String?) -> [DropDocument.Entry] {
    let named = Dictionary(
      units.map { unit in
        let cookie = FlowCookie(unit)
        return (UInt64(cookie.feature?.rawValue ?? 0) << 32 | UInt64(cookie.unitHash), unit)
      }, uniquingKeysWith: { min($0, $1) })
    return counts.map { key, count in
      let unit = named[UInt64(key.feature) << 32 | UInt64(key.hash)]
      var entry = DropDocument.Entry(
        resource: unit.map { "\($0)" }, reason: "\(key.reason)", packets: count.packets, bytes: count.bytes)
      if case .port(let id)? = unit {
        entry.port = id.rawValue
        entry.name = name(id).flatMap { $0.isEmpty ? nil : $0 }
      }
      return entry
    }.sorted { ($1.packets, $0.resource ?? "~", $0.reason) < ($0.packets, $1.resource ?? "~", $1.reason) }
  }
}

extension Agent {
  /// What was dropped, by port and reason, as the switch says.
  nonisolated func drops() async -> DropDocument {
    var counts = DropCounts()
    do {
      for filter in DropCounts.filters {
        for flow in try await engine.counters(cookies: filter) { counts.add(flow) }
      }
    } catch {
      return DropDocument(drops: [], error: "\(error)")
    }
    let (units, names) = await dropUnits
    return DropDocument(drops: counts.entries(units: units) { names[$0] })
  }

  /// The units that flows which drop are made for, and the names of the ports.
  private var dropUnits: (units: [Unit], names: [PortID: String]) {
    let resources: [Unit] =
      goal.networks.keys.map { .network($0) } + goal.subnets.keys.map { .subnet($0) }
      + goal.routers.keys.map { .router($0) } + goal.ports.keys.map { .port($0) }
      + goal.securityGroups.keys.map { .securityGroup($0) }
    return ([.host] + resources, goal.ports.mapValues(\.name))
  }
}
