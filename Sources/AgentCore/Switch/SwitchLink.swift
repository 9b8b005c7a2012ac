import NIOCore
import OpenFlow
import OpenFlowNIO
import SwitchEngine

/// The way to the bridge: its management socket, with nothing asked for but programming.
struct SwitchLink: Sendable {
  let configuration: AgentConfiguration.OpenVSwitch
  let board: StatusBoard

  /// Where the bridge listens.
  var path: String { "\(configuration.runDirectory)/\(configuration.bridge).mgmt" }

  /// Connects, and makes sure that it is the bridge that the database tells of.
  func dial(_ eventLoop: any EventLoop) async throws -> any ProgrammableSwitch {
    // No packets and no port changes on this connection: programming never waits for them.
    let options = SwitchSessionOptions(missSendLength: nil)
    let connection = try await SwitchConnection.connect(to: .unix(path), options: options, group: eventLoop)
    if let expected = await board.datapathID, expected != connection.features.datapathID {
      await connection.close()
      throw WrongSwitch(
        path: path, bridge: configuration.bridge, expected: expected, found: connection.features.datapathID)
    }
    return connection
  }

  /// Another switch than the database's answers.
  struct WrongSwitch: Error, CustomStringConvertible {
    let path: String
    let bridge: String
    let expected: UInt64
    let found: UInt64

    var description: String {
      "\(path) is datapath \(hex(found)), but the database says that \(bridge) is \(hex(expected)): "
        + "check openvswitch.run-directory and openvswitch.database"
    }

    private func hex(_ id: UInt64) -> String { String(id, radix: 16) }
  }
}
