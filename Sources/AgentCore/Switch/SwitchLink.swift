import NIOCore
import OpenFlow
import OpenFlowNIO
import SwitchEngine

/// The way to the bridge over OpenFlow, dialled or awaited, with nothing asked for but programming: no packets and no
/// port changes come on it, so that programming never waits for them.
///
/// The actor owns the listener, which is there from the first time that the switch is awaited.
actor SwitchLink {
  private let endpoint: SwitchEndpoint
  private let credentials: SwitchCredentials?
  private let bridge: String
  private let managementSocket: SwitchAddress
  private let board: StatusBoard
  private var listener: SwitchListener?
  private weak var connection: SwitchConnection?

  /// How long a switch is awaited before it is said that none came.
  private static let patience = Duration.seconds(10)

  init(configuration: AgentConfiguration.OpenVSwitch, board: StatusBoard) {
    endpoint = configuration.openFlow
    credentials = configuration.switchCredentials
    bridge = configuration.bridge
    managementSocket = .unix("\(configuration.runDirectory)/\(configuration.bridge).mgmt")
    self.board = board
  }

  /// Connects, and makes sure that it is the bridge that the database tells of.
  func dial(_ eventLoop: any EventLoop) async throws -> any ProgrammableSwitch {
    let options = SwitchSessionOptions(purpose: .programming)
    let connection: SwitchConnection
    switch endpoint {
    case .dialled(let address):
      connection = try await SwitchConnection.connect(
        to: address, credentials: credentials, options: options, group: eventLoop)
    case .awaited(let address):
      let listener = try await listen(on: address, options, eventLoop)
      connection = try await listener.next(within: SwitchLink.patience)
    }
    do {
      try check(connection.features.datapathID, expected: await board.datapathID)
    } catch {
      await connection.close()
      throw error
    }
    self.connection = connection
    return connection
  }

  /// Connects once more, for something else than programming. A switch that connects by itself does so once: it is found on
  /// its management socket.
  func dial(_ options: SwitchSessionOptions, _ eventLoop: any EventLoop) async throws -> SwitchConnection {
    let address =
      switch endpoint {
      case .dialled(let address): address
      case .awaited: managementSocket
      }
    let connection = try await SwitchConnection.connect(
      to: address, credentials: credentials, options: options, group: eventLoop)
    do {
      try check(connection.features.datapathID, expected: await board.datapathID)
    } catch {
      await connection.close()
      throw error
    }
    return connection
  }

  /// Hands a packet to the switch; returns whether there is a connection.
  func send(_ packet: PacketOut) -> Bool {
    guard let connection else { return false }
    connection.send(.packetOut(packet))
    return true
  }

  private func listen(
    on address: SwitchListenAddress, _ options: SwitchSessionOptions, _ eventLoop: any EventLoop
  ) async throws -> SwitchListener {
    if let listener { return listener }
    let new = try await SwitchListener.listen(on: address, credentials: credentials, options: options, group: eventLoop)
    listener = new
    return new
  }

  private func check(_ found: UInt64, expected: UInt64?) throws {
    if let expected {
      if expected != found { throw WrongSwitch(endpoint: endpoint, bridge: bridge, expected: expected, found: found) }
    } else if !endpoint.isManagementSocket {
      throw UnknownSwitch(endpoint: endpoint, bridge: bridge)
    }
  }

  /// Another switch than the database's answers.
  struct WrongSwitch: Error, CustomStringConvertible {
    let endpoint: SwitchEndpoint
    let bridge: String
    let expected: UInt64
    let found: UInt64

    var description: String {
      "\(endpoint) is datapath \(hex(found)), but the database says that \(bridge) is \(hex(expected)): "
        + "check openvswitch.openflow, openvswitch.run-directory and openvswitch.database"
    }

    private func hex(_ id: UInt64) -> String { String(id, radix: 16) }
  }

  /// The database has not said yet which switch it has to be.
  struct UnknownSwitch: Error, CustomStringConvertible {
    let endpoint: SwitchEndpoint
    let bridge: String

    var description: String {
      "a switch answers at \(endpoint), but the database does not say yet which datapath \(bridge) is"
    }
  }
}
