import OpenFlow
import SwitchModel

/// A model with three ports and one connection, driven by messages as values.
struct SwitchHarness {
  private(set) var model: ModelSwitch
  private(set) var now = ModelTime.zero
  /// The messages that the switch has sent since they were asked for last, on any connection.
  private(set) var sent: [(connection: ConnectionID, xid: UInt32, message: OpenFlowMessage)] = []
  /// The packets that have left.
  private(set) var outputs: [PacketOutput] = []
  private var xid: UInt32 = 0

  static let main = ConnectionID(1)

  init() {
    let ports = (1..<4 as Range<UInt32>).map { ModelPort(OFPort($0), name: "p\($0)", hardwareAddress: UInt64($0)) }
    model = ModelSwitch(ports: ports)
    open(SwitchHarness.main)
  }

  /// Opens a connection and says hello.
  mutating func open(_ id: ConnectionID, _ kind: ConnectionKind = .service) {
    handle(.opened(id, kind))
    handle(.received(id, [4, 0, 0, 8, 0, 0, 0, 0]))
    sent = []
  }

  mutating func handle(_ event: ModelSwitch.Event) {
    for action in model.handle(event, at: now) {
      switch action {
      case .send(let id, let bytes):
        guard let (header, message) = try? OpenFlowMessage.decode(bytes) else { continue }
        sent.append((id, header.xid, message))
      case .output(let packet): outputs.append(packet)
      case .close: break
      }
    }
  }

  /// Sends a message; the names of the errors that answer it.
  @discardableResult
  mutating func send(_ message: OpenFlowMessage, on id: ConnectionID = SwitchHarness.main) -> [String] {
    ask(message, on: id).compactMap { if case .error(let error) = $0 { error.codeName } else { nil } }
  }

  /// Sends a message; what answers it.
  @discardableResult
  mutating func ask(_ message: OpenFlowMessage, on id: ConnectionID = SwitchHarness.main) -> [OpenFlowMessage] {
    xid += 1
    let start = sent.count
    guard let bytes = try? message.encode(xid: xid) else { return [] }
    handle(.received(id, bytes))
    return sent[start...].filter { $0.connection == id && $0.xid == xid }.map(\.message)
  }

  /// Puts a message into a bundle; the names of the errors that answer it.
  mutating func add(_ message: OpenFlowMessage, to bundle: UInt32, on id: ConnectionID = SwitchHarness.main) -> [String]
  {
    guard let inner = try? message.encode(xid: xid + 1) else { return [] }
    return send(.bundleAdd(BundleAdd(bundle: bundle, message: inner)), on: id)
  }

  /// Asks for what is not told otherwise.
  mutating func listen(on id: ConnectionID = SwitchHarness.main) {
    send(.setConfig(SwitchConfiguration(missSendLength: 128)), on: id)
  }

  mutating func pass(milliseconds: UInt64) {
    now = now.advanced(milliseconds: milliseconds)
    handle(.tick)
  }

  /// Puts a packet into a port.
  mutating func receive(_ bytes: [UInt8]? = nil, port: UInt32) {
    let broadcast = [UInt8](repeating: 0xff, count: 6) + Raw.number(0xaa55_0000_0001 as UInt64, 6) + [0x88, 0xb5]
    handle(.packet(PacketInput(bytes ?? broadcast + [UInt8](repeating: 0, count: 46), port: OFPort(port))))
  }

  /// How many packets the flows have counted, in the order of the flows.
  mutating func counts() -> [UInt64] {
    guard case .multipartReply(let part)? = ask(.multipartRequest(.flows(FlowFilter()))).first,
      case .flows(let flows)? = try? part.answer()
    else { return [] }
    return flows.map(\.packets)
  }

  /// The flows that were told of as gone.
  var removed: [FlowRemoved] {
    sent.compactMap { if case .flowRemoved(let removed) = $0.message { removed } else { nil } }
  }

  mutating func clear() {
    sent = []
    outputs = []
  }
}
