import HostNetwork
import Logging
import NIOCore
import NIOPosix
import NetworkTypes

/// Finds the tunnel address and its MTU, and finds them again whenever the host's links or addresses change.
struct UnderlayMonitor: Sendable {
  let tunnel: AgentConfiguration.Tunnel
  /// What is reached from the address where none is configured.
  let controller: String?
  let agent: Agent
  let board: StatusBoard
  let logger: Logger

  func run() async throws {
    while !Task.isCancelled {
      do {
        let changes = try HostNetwork.changes()
        await look()
        for await _ in changes {
          await look()
        }
      } catch {
        await board.underlay(problem: "\(error)")
        logger.warning("cannot watch the host's links", metadata: ["reason": "\(error)"])
      }
      try await Task.sleep(for: .seconds(1))
    }
  }

  private func look() async {
    do {
      let found = try await find()
      if await agent.underlay != found {
        logger.info(
          "underlay found",
          metadata: [
            "address": "\(found.address)", "interface": "\(found.interface)", "mtu": "\(found.interfaceMTU)",
          ])
      }
      await board.underlay(problem: nil)
      await agent.underlayChanged(found)
    } catch {
      // The last address stays in use: an interface that is being reconfigured is back in a moment.
      if await board.underlay(problem: "\(error)") {
        logger.warning("no tunnel address", metadata: ["reason": "\(error)"])
      }
    }
  }

  private func find() async throws -> Underlay {
    let network = try HostNetwork()
    let links = Dictionary(try network.links().map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    let addresses = try network.addresses()
    let index: Int32
    let address: IPv4Address
    if let wanted = tunnel.address {
      guard let found = addresses.first(where: { $0.address == .v4(wanted) }) else {
        throw UnderlayProblem("no interface has the address \(wanted) (tunnel.address)")
      }
      (index, address) = (found.interfaceIndex, wanted)
    } else if let name = tunnel.interface {
      guard let link = links.values.first(where: { $0.name == name }) else {
        throw UnderlayProblem("there is no interface \(name) (tunnel.interface)")
      }
      guard let found = addresses.first(where: { $0.interfaceIndex == link.index && $0.address.v4 != nil })?.address.v4
      else { throw UnderlayProblem("interface \(name) has no IPv4 address (tunnel.interface)") }
      (index, address) = (link.index, found)
    } else {
      guard let controller else { throw UnderlayProblem("set tunnel.address or tunnel.interface") }
      let route = try network.route(to: try await resolve(controller))
      guard let source = route.source?.v4 else {
        throw UnderlayProblem("the route to the controller \(controller) has no IPv4 source: set tunnel.address")
      }
      (index, address) = (route.interfaceIndex, source)
    }
    guard let link = links[index] else { throw UnderlayProblem("interface \(index) went away") }
    return Underlay(address: address, interface: link.name, interfaceMTU: link.mtu)
  }

  /// Name resolution blocks, so it is done on a thread that may.
  private func resolve(_ host: String) async throws -> IPAddress {
    if let address = IPAddress(host) { return address }
    let resolved = try await NIOThreadPool.singleton.runIfActive {
      try SocketAddress.makeAddressResolvingHost(host, port: 0).ipAddress
    }
    guard let address = resolved.flatMap({ IPAddress($0) }) else {
      throw UnderlayProblem("\(host) does not resolve to an IP address")
    }
    return address
  }
}

/// Why there is no tunnel address, and which setting to look at.
private struct UnderlayProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
