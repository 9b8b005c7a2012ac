import GoalState
import NIOPosix
import OpenFlow
import Pipeline
import SwitchEngine
import Synchronization

@testable import AgentCore

/// A switch that keeps flows as Open vSwitch would, refuses what it is told to, and can go away and come back.
actor FakeSwitch {
  private(set) var table: [FlowKey: Flow] = [:]
  private(set) var meters: [MeterID: Meter] = [:]
  private(set) var modsReceived = 0
  private(set) var connections = 0
  private var refusing: (@Sendable (Flow) -> Bool)?
  private var failing = false
  private var isReachable = true
  private var open: [Connection] = []

  init(flows: [Flow] = []) {
    table = Dictionary(flows.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
  }

  func refuse(_ condition: (@Sendable (Flow) -> Bool)?) { refusing = condition }

  /// Commits are not answered any more, and end the connection.
  func fail(_ failing: Bool = true) { self.failing = failing }

  /// Cuts the connections, and takes no new ones until told otherwise. A switch that restarts forgets its flows.
  func goAway(forgetting: Bool = false) {
    isReachable = false
    if forgetting { (table, meters) = ([:], [:]) }
    for connection in open { connection.end(.closedByPeer) }
    open = []
  }

  func comeBack() { isReachable = true }

  func dial() throws -> any ProgrammableSwitch {
    guard isReachable else { throw ConnectionFailure.unreachable(address: "fake", reason: "it is away") }
    connections += 1
    let connection = Connection(self)
    open.append(connection)
    return connection
  }

  fileprivate func commit(_ mods: [FlowMod]) throws -> [BundleRefusal] {
    if failing { throw ConnectionFailure.noAnswer(.seconds(30)) }
    modsReceived += mods.count
    var refusals: [BundleRefusal] = []
    for (index, mod) in mods.enumerated() {
      if mod.command == .add, refusing?(mod.flow) == true {
        refusals.append(BundleRefusal(index: index, error: OpenFlowError(xid: 1, type: 2, code: 4)))
      }
    }
    guard refusals.isEmpty else { return refusals }
    for mod in mods {
      switch mod.command {
      case .add: table[mod.flow.key] = mod.flow
      case .deleteStrict: table[mod.flow.key] = nil
      case .modify, .modifyStrict, .delete: break
      }
    }
    return []
  }

  fileprivate func apply(_ messages: [[UInt8]]) throws -> [BundleRefusal] {
    for message in messages {
      guard case .meterMod(let mod) = try OpenFlowMessage.decode(message).message else { continue }
      switch mod.command {
      case .delete: meters[mod.meter.id] = nil
      default: meters[mod.meter.id] = mod.meter
      }
    }
    return []
  }

  fileprivate func flows(_ table: TableID?, _ cookies: CookieFilter) -> [Flow] {
    self.table.values.filter { cookies.contains($0.cookie) && (table == nil || $0.table == table) }
  }

  /// One connection to it.
  final class Connection: ProgrammableSwitch {
    let features = SwitchFeatures(datapathID: 0x2a)
    private let owner: FakeSwitch
    private let ends: AsyncStream<ConnectionFailure>
    private let ending: AsyncStream<ConnectionFailure>.Continuation

    fileprivate init(_ owner: FakeSwitch) {
      self.owner = owner
      (ends, ending) = AsyncStream.makeStream()
    }

    func reserveTransactionIDs(_ count: Int) -> UInt32 { 1 }

    func commit(_ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
      Task { [owner] in
        do {
          completion(.success(try await owner.commit(bundle.flowMods())))
        } catch {
          completion(.failure(error))
        }
      }
    }

    func apply(_ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void) {
      Task { [owner] in
        do {
          completion(.success(try await owner.apply(messages)))
        } catch {
          completion(.failure(error))
        }
      }
    }

    func groups() async -> [Group] { [] }

    func meters() async -> [Meter] { await owner.meters.values.sorted { $0.id < $1.id } }

    func tableSizes() async -> [TableID: Int] {
      Dictionary(await owner.flows(nil, .any).map { ($0.table, 1) }, uniquingKeysWith: +)
    }

    func readFlows(
      table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
      try await part(FlowStatisticsEntry.encode(await owner.flows(table, cookies)))
    }

    var closed: ConnectionFailure {
      get async {
        for await reason in ends { return reason }
        return .closedLocally
      }
    }

    func disconnect() { end(.closedLocally) }

    fileprivate func end(_ reason: ConnectionFailure) {
      ending.yield(reason)
      ending.finish()
    }
  }
}

/// Ports that a test has plugged in.
struct FakePorts: PortResolving {
  var ports: HostPorts

  func resolve(guests: some Sequence<PortID>) -> HostPorts {
    var result = ports
    let wanted = Set(guests)
    result.guests = ports.guests.filter { wanted.contains($0.key) }
    return result
  }
}
