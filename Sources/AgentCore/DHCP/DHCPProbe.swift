import DHCP
import DHCPServer
import GoalState
import NetworkTypes
import OpenFlow
import Pipeline

/// Plays a guest that looks for its addresses: a message enters the switch at the guest's port, takes the way of all its
/// packets, and the answer is awaited on the guest's interface. The guest sees an answer that it did not ask for, which
/// clients pass over by its transaction id, and an advertisement, which tells it nothing new.
struct DHCPProbe: Sendable {
  let agent: Agent
  let server: DHCPServer
  /// Hands a packet to the switch; returns whether there is a connection.
  let send: @Sendable (PacketOut) async -> Bool

  /// How long an answer is awaited.
  static let patience = Duration.seconds(2)

  /// What came of it.
  struct Document: Codable, Sendable {
    /// What came of one message.
    struct Result: Codable, Sendable {
      /// 4 or 6.
      var ipVersion: Int
      /// Whether the guest would get its address, or what it forms it of.
      var isServed: Bool
      /// The answer in words; absent without one.
      var offer: String?
      var address: String?
      /// Why there is no answer, or what was not seen of it.
      var reason: String?
      var milliseconds: Double?
    }

    var port: String
    var macAddress: String?
    var interface: String?
    /// Whether the guest would get all that it is to have.
    var isServed: Bool
    /// Why nothing was tried.
    var reason: String?
    var results: [Result]
  }

  /// Probes a port of this host by its id.
  func run(_ id: PortID) async -> Document {
    var document = Document(port: "\(id)", isServed: false, results: [])
    guard let port = await agent.goal.ports[id] else {
      document.reason = "the goal state has no such port on this host"
      return document
    }
    document.macAddress = "\(port.mac)"
    if let reason = await agent.whyNotServed(id) {
      document.reason = reason
      return document
    }
    guard server.counters.isListening else {
      document.reason = "the responder is not listening on its interface"
      return document
    }
    let attachment: HostPorts.Attachment? = await agent.ports.guests[id]
    guard case .attached(let ofport, let interface) = attachment,
      let served = server.snapshot.all.first(where: { $0.name == "\(id)" })
    else {
      document.reason = "the responder has no reservation for the port yet"
      return document
    }
    document.interface = interface
    for message in DHCPProbeMessage.messages(of: served) {
      document.results.append(await probe(message, port, ofport, interface, served))
    }
    if document.results.isEmpty { document.reason = "the guest is told nothing that it could ask for" }
    document.isServed = !document.results.isEmpty && document.results.allSatisfy(\.isServed)
    return document
  }

  private func probe(
    _ message: DHCPProbeMessage, _ port: GoalState.Port, _ ofport: OFPort, _ interface: String, _ served: DHCPServedPort
  ) async -> Document.Result {
    var result = Document.Result(ipVersion: message.version.rawValue, isServed: false)
    let transaction = UInt32.random(in: 1...0xff_ffff)
    let watch = AnswerWatch(interface: interface) { frame in
      message.answer(in: frame, transaction, port: port.mac, router: served.ipv6?.configuration.serverAddress)
    }
    let problem = await watch.begin()
    defer { watch.stop() }
    let advertisementsBefore = served.history.advertisements
    if message != .routerSolicitation { served.history.expectProbe(transaction, message.version) }
    let start = ContinuousClock.now
    let packet = PacketOut(
      inPort: ofport, actions: [.output(.table)], data: message.frame(port.mac, transaction))
    guard await send(packet) else {
      result.reason = "the switch is not connected"
      return result
    }
    if let seen = await watch.result(within: DHCPProbe.patience) {
      result.offer = seen.answer.summary
      result.address = seen.answer.address
      result.milliseconds = Double((seen.time - start).nanoseconds) / 1e6
      switch message {
      case .discover, .solicit:
        result.isServed = seen.answer.address != nil
        if !result.isServed { result.reason = "the answer has no address" }
      case .informationRequest, .routerSolicitation: result.isServed = true
      }
      return result
    }
    let isAdvertised = message == .routerSolicitation && served.history.advertisements > advertisementsBefore
    switch isAdvertised ? .answered(nil) : served.history.lastProbe(transaction, message.version) {
    case .answered(let address) where problem != nil:
      result.isServed = true
      result.address = address?.description
      result.reason = "the responder answered; that the answer leaves the port cannot be seen: \(problem ?? "")"
    case .answered:
      result.reason = "the responder answered, and the answer did not leave the port: see 'alioth show flows'"
    case .dropped(let reason): result.reason = "the responder dropped the message: \(reason)"
    case nil:
      result.reason =
        "the message did not come to the responder: the flows of the port do not lead there, or the guest has sent too "
        + "many messages lately"
    }
    return result
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}

extension Agent {
  /// Why a port's guest is not answered; nil when all that is needed is in force.
  func whyNotServed(_ id: PortID) -> String? {
    guard let port = goal.ports[id] else { return "the goal state has no such port on this host" }
    if !port.adminStateUp { return "the port is administratively down" }
    let key = ResourceKey.port(id)
    if let failure = failures.first(where: { $0.key == key }) { return "the port has failed: \(failure.message)" }
    if let waiting = pending.first(where: { $0.key == key }) { return "the port is pending: \(waiting.reason)" }
    if let problem = dhcpPorts.problems[id] { return problem }
    guard IPv6Service(port: port, in: goal) != nil || DHCPBinding(port: port, in: goal, mtu: nil) != nil else {
      return "none of the port's addresses is in a subnet whose guests are told theirs"
    }
    return isInForce ? nil : "the goal state is still being put in force"
  }
}
