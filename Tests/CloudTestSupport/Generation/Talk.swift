import GoalState
import NetworkTypes

/// Two guests that talk with each other, packet by packet: each follows when the one before has arrived.
struct Talk: Hashable, Sendable {
  enum Kind: Hashable, Sendable, CaseIterable {
    case tcp, udp, sctp, echo, tunnel
  }

  let kind: Kind
  let client: PortID
  let server: PortID
  let clientAddress: IPAddress
  let serverAddress: IPAddress
  let clientPort: UInt16
  let serverPort: UInt16
  private(set) var step = 0
  private var clientSequence: UInt32 = 1000
  private var serverSequence: UInt32 = 5000

  init(
    _ kind: Kind, from client: (PortID, IPAddress), to server: (PortID, IPAddress), clientPort: UInt16,
    serverPort: UInt16
  ) {
    self.kind = kind
    (self.client, clientAddress) = client
    (self.server, serverAddress) = server
    self.clientPort = clientPort
    self.serverPort = serverPort
  }

  /// Whose turn it is.
  var isClientsTurn: Bool {
    switch kind {
    case .tcp: step == 0 || step == 2 || step == 3 || step > 4 && !step.isMultiple(of: 2)
    case .udp, .sctp, .echo, .tunnel: step.isMultiple(of: 2)
    }
  }

  var sender: PortID { isClientsTurn ? client : server }
  var receiver: PortID { isClientsTurn ? server : client }

  /// The packet that is to be sent now.
  func packet(timeToLive: UInt8) -> IPPacket {
    IPPacket(
      source: isClientsTurn ? clientAddress : serverAddress,
      destination: isClientsTurn ? serverAddress : clientAddress, timeToLive: timeToLive, content: content)
  }

  private var content: IPContent {
    let source = isClientsTurn ? clientPort : serverPort
    let destination = isClientsTurn ? serverPort : clientPort
    switch kind {
    case .tcp: return .tcp(segment(from: source, to: destination))
    case .udp: return .udp(source: source, destination: destination, payload: [UInt8](repeating: 7, count: 12))
    case .sctp: return .sctp(source: source, destination: destination)
    case .echo: return .echo(isReply: !isClientsTurn, identifier: clientPort, payload: [1, 2, 3, 4])
    case .tunnel: return .other(47, payload: [0, 0, 8, 0, 1, 2, 3, 4])
    }
  }

  private var payload: [UInt8] { step > 2 ? [UInt8](repeating: 9, count: 10) : [] }

  private func segment(from source: UInt16, to destination: UInt16) -> IPContent.TCPSegment {
    let sequence = isClientsTurn ? clientSequence : serverSequence
    let acknowledgement = isClientsTurn ? serverSequence : clientSequence
    let flags: UInt8 =
      switch step {
      case 0: IPContent.TCPSegment.syn
      case 1: IPContent.TCPSegment.syn | IPContent.TCPSegment.ack
      case 2: IPContent.TCPSegment.ack
      default: IPContent.TCPSegment.ack | IPContent.TCPSegment.push
      }
    return IPContent.TCPSegment(
      source: source, destination: destination, sequence: sequence,
      acknowledgement: step == 0 ? 0 : acknowledgement, flags: flags, payload: payload)
  }

  /// The packet has arrived: it is the next one's turn.
  mutating func advance() {
    let length: UInt32 = step < 2 ? 1 : UInt32(payload.count)
    if isClientsTurn { clientSequence += length } else { serverSequence += length }
    step += 1
  }
}
