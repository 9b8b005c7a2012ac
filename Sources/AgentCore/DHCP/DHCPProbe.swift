import DHCP
import DHCPServer
import Foundation
import GoalState
import NetworkTypes
import OpenFlow
import PacketCapture
import PacketFormats
import Pipeline

/// Plays a guest that looks for its address: a DISCOVER enters the switch at the guest's port, takes the way of all its
/// packets, and the offer is awaited on the guest's interface. The guest sees an offer that it did not ask for, which
/// clients pass over by its transaction id.
struct DHCPProbe: Sendable {
  let agent: Agent
  let server: DHCPServer
  /// Hands a packet to the switch; returns whether there is a connection.
  let send: @Sendable (PacketOut) async -> Bool

  /// How long an offer is awaited.
  static let patience = Duration.seconds(2)
  /// What the probe calls itself, for who looks at the packet.
  private static let vendorClass = Array("alioth-probe".utf8)

  /// What came of it.
  struct Document: Codable, Sendable {
    var port: String
    var macAddress: String?
    var interface: String?
    /// Whether the guest would get its address.
    var isServed: Bool
    /// The offer in words; absent without one.
    var offer: String?
    var address: String?
    /// Why there is no offer, or what was not seen of it.
    var reason: String?
    var milliseconds: Double?
  }

  /// Probes a port of this host by its id.
  func run(_ id: PortID) async -> Document {
    var document = Document(port: "\(id)", isServed: false)
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
    return await probe(port, ofport, interface, served, document)
  }

  private func probe(
    _ port: GoalState.Port, _ ofport: OFPort, _ interface: String, _ served: DHCPServedPort, _ before: Document
  ) async -> Document {
    var document = before
    let transaction = UInt32.random(in: 1 ... .max)
    let watch = OfferWatch(interface: interface, transaction: transaction)
    let problem = await watch.begin()
    defer { watch.stop() }
    served.history.expectProbe(transaction)
    let start = ContinuousClock.now
    let packet = PacketOut(
      inPort: ofport, actions: [.output(.table)], data: DHCPProbe.discover(port.mac, transaction))
    guard await send(packet) else {
      document.reason = "the switch is not connected"
      return document
    }
    let seen = await watch.result(within: DHCPProbe.patience)
    if let offer = seen {
      document.isServed = true
      document.offer = offer.summary
      document.address = offer.address
      document.milliseconds = Double((offer.time - start).nanoseconds) / 1e6
      return document
    }
    switch served.history.lastProbe(transaction) {
    case .answered(let address) where problem != nil:
      document.isServed = true
      document.address = "\(address)"
      document.reason = "the responder answered; that the answer leaves the port cannot be seen: \(problem ?? "")"
    case .answered:
      document.reason = "the responder answered, and the answer did not leave the port: see 'alioth show flows'"
    case .dropped(let reason): document.reason = "the responder dropped the message: \(reason.rawValue)"
    case nil:
      document.reason =
        "the message did not come to the responder: the flows of the port do not lead there, or the guest has sent too "
        + "many messages lately"
    }
    return document
  }

  /// A DISCOVER as a guest's client sends it.
  static func discover(_ mac: MACAddress, _ transaction: UInt32) -> [UInt8] {
    var frame: [UInt8] = []
    let envelope = UDPv4Envelope(
      destinationMAC: .broadcast, sourceMAC: mac, source: .any, destination: .broadcast, sourcePort: 68,
      destinationPort: 67)
    envelope.write(to: &frame) { bytes in
      DHCPMessage.write(
        DHCPHeader(operation: 1, transactionID: transaction, mac: mac),
        options: [
          DHCPOption(.messageType, [DHCPMessageType.discover.rawValue]),
          DHCPOption(.parameterRequestList, [1, 3, 6, 15, 26, 51, 54, 121]),
          DHCPOption(DHCPOptionCode(rawValue: 60), vendorClass),
        ], to: &bytes)
    }
    return frame
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
    guard DHCPBinding(port: port, in: goal, underlayMTU: nil) != nil else {
      return "none of the port's addresses is an IPv4 address of a subnet with DHCP enabled"
    }
    return isInForce ? nil : "the goal state is still being put in force"
  }
}
