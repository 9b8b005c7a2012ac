import OpenFlow
import SwitchModel

extension FuzzCheck {
  /// The model switch with controllers that send anything, and with packets, ports that change and time that passes: all
  /// that it sends is OpenFlow on connections that are there, its deadlines pass, and in the end it still answers.
  public static let modelSwitch = FuzzCheck("modelSwitch") { (bytes) throws(FuzzFinding) in
    var run = ModelRun()
    var input = FuzzInput(bytes)
    while !input.isAtEnd { try run.step(&input) }
    try run.requireAnswer()
  }
}

private struct ModelRun {
  private var model: ModelSwitch
  private var now = ModelTime.zero
  private var open: Set<ConnectionID> = []
  private var sent: [(connection: ConnectionID, header: MessageHeader, message: OpenFlowMessage)] = []

  private static let hello: [UInt8] = [4, 0, 0, 8, 0, 0, 0, 0]

  init() {
    model = ModelSwitch(ports: (1..<4 as Range<UInt32>).map { ModelPort(OFPort($0), name: "p\($0)") })
    for id in [ConnectionID(0), ConnectionID(1)] {
      open.insert(id)
      _ = model.handle(.opened(id, id == ConnectionID(0) ? .service : .controller), at: now)
      _ = model.handle(.received(id, ModelRun.hello), at: now)
    }
  }

  mutating func step(_ input: inout FuzzInput) throws(FuzzFinding) {
    let choice = input.byte()
    let id = ConnectionID(UInt64(choice >> 4 & 1))
    switch choice & 0xf {
    case 0, 1, 2, 3, 4: try receive(input.block(), id)
    case 5, 6, 7:
      let type = input.byte()
      try receive([4, type, 0, 0, 0, 0, 0, input.byte()] + input.take(Int(input.byte()) * 4), id)
    case 8, 9: try handle(.packet(PacketInput(input.block(), port: OFPort(UInt32(input.byte() % 5)))))
    case 10:
      now = now.advanced(milliseconds: UInt64(input.byte()) * 500)
      try handle(.tick)
      if let next = model.nextDeadline { try require(now < next, "the tick at \(now) leaves the deadline \(next)") }
    case 11: try handle(.port(ModelPort(OFPort(UInt32(input.byte() % 5)), name: "p", hasLink: input.byte() & 1 == 0)))
    case 12: try handle(.portRemoved(OFPort(UInt32(input.byte() % 5))))
    case 13:
      open.remove(id)
      try handle(.closed(id))
    case 14: try handle(.restart(keepingFlows: input.byte() & 1 == 0))
    default:
      open.insert(id)
      try handle(.opened(id, input.byte() & 1 == 0 ? .service : .controller))
      try handle(.received(id, ModelRun.hello))
    }
  }

  /// A message whose header has its length, as the framing has made sure.
  private mutating func receive(_ bytes: [UInt8], _ id: ConnectionID) throws(FuzzFinding) {
    guard bytes.count >= 8 else { return }
    var bytes = bytes
    bytes[2] = UInt8(truncatingIfNeeded: bytes.count >> 8)
    bytes[3] = UInt8(truncatingIfNeeded: bytes.count)
    try handle(.received(id, bytes))
  }

  private mutating func handle(_ event: ModelSwitch.Event) throws(FuzzFinding) {
    sent = []
    for action in model.handle(event, at: now) {
      switch action {
      case .send(let id, let bytes):
        try require(open.contains(id), "a message is sent on \(id), which is closed")
        do throws(MalformedMessage) {
          let (header, message) = try OpenFlowMessage.decode(bytes)
          if case .multipartReply(let reply) = message { _ = try reply.answer() }
          sent.append((id, header, message))
        } catch {
          throw FuzzFinding("the switch sends \(bytes), which is not OpenFlow: \(error)")
        }
      case .close(let id): try require(open.remove(id) != nil, "\(id) is closed twice")
      case .output(let packet): try require(packet.bytes.count <= 1 << 17, "a packet of \(packet.bytes.count) bytes")
      }
    }
  }

  /// A new connection's barrier is answered.
  mutating func requireAnswer() throws(FuzzFinding) {
    let id = ConnectionID(9)
    open.insert(id)
    try handle(.opened(id, .service))
    try handle(.received(id, ModelRun.hello))
    try handle(.received(id, [4, 20, 0, 8, 0, 0, 0, 7]))
    try require(
      sent.contains { $0.connection == id && $0.header.xid == 7 && $0.message == .barrierReply },
      "a barrier is answered with \(sent)")
  }
}
