import Glibc

/// A real Open vSwitch with a bridge of dummy ports, in a network namespace and a run directory of its own: packets are
/// put into ports and taken out of them by commands, and time stands still.
public final class DummyOpenVSwitch {
  /// Whether it can be started here.
  public static let isAvailable =
    geteuid() == 0
    && ["/usr/sbin/ovs-vswitchd", "/usr/sbin/ovsdb-server", "/usr/bin/ovs-vsctl", "/usr/bin/ovs-ofctl"].allSatisfy {
      (path: String) in access(path, X_OK) == 0
    }

  /// What went wrong.
  public struct Failure: Error, CustomStringConvertible {
    /// What was attempted, and what was said.
    public let description: String
    /// Whether Open vSwitch has ended.
    public var hasEnded = false
  }

  /// Its run directory.
  public let directory: String
  private let ports: Range<UInt32>
  private var socket: Int32 = -1
  private var read: [UInt32: Int] = [:]
  private var requests = 0

  /// Starts one with these ports.
  public init(ports: Range<UInt32> = 1..<5) throws {
    self.ports = ports
    directory = "/tmp/model-test-\(UInt32.random(in: 0...(.max)))"
    let interfaces = ports.map { port in
      "-- add-port br0 p\(port) -- set interface p\(port) type=dummy ofport_request=\(port) "
        + "options:tx_pcap=\(directory)/p\(port).pcap"
    }
    let status = shell(
      """
      set -e
      mkdir -p \(directory)
      ovsdb-tool create \(directory)/conf.db /usr/share/openvswitch/vswitch.ovsschema
      unshare -n ovsdb-server \(directory)/conf.db --remote=punix:\(directory)/db.sock --detach \
        --pidfile=\(directory)/ovsdb-server.pid --log-file=\(directory)/ovsdb-server.log
      ovs-vsctl --db=unix:\(directory)/db.sock --no-wait init
      unshare -n ovs-vswitchd unix:\(directory)/db.sock --enable-dummy --disable-system --detach \
        --pidfile=\(directory)/ovs-vswitchd.pid --log-file=\(directory)/ovs-vswitchd.log \
        --unixctl=\(directory)/vswitchd.ctl
      ovs-vsctl --db=unix:\(directory)/db.sock --timeout=20 \
        add-br br0 -- set bridge br0 datapath_type=dummy fail-mode=secure protocols=OpenFlow13 \
        \(interfaces.joined(separator: " "))
      ovs-vsctl --db=unix:\(directory)/db.sock --timeout=20 set interface br0 options:tx_pcap=\(directory)/br0.pcap
      """)
    guard status == 0 else {
      stop()
      throw Failure(description: "Open vSwitch did not start: \(status)")
    }
    try connect()
    _ = try command("time/stop", [])
    // Everything that the log's rate limits would drop is of no use here.
    _ = try command("vlog/set", ["file:warn"])
  }

  /// Ends it, and removes what it left.
  public func stop() {
    if socket >= 0 { close(socket) }
    _ = shell(
      """
      for name in ovs-vswitchd ovsdb-server; do
        pid=$(cat \(directory)/$name.pid) && kill $pid && while kill -0 $pid 2>/dev/null; do sleep 0.05; done
      done
      rm -r \(directory)
      """)
  }

  // MARK: Flows

  /// Makes these the only flows and groups.
  public func install(flows: [String], groups: [String] = []) throws {
    try write(flows, to: "flows")
    try write(groups, to: "groups")
    let ofctl = "ovs-ofctl -O OpenFlow13"
    let bridge = "unix:\(directory)/br0.mgmt"
    let status = shell(
      """
      set -e
      \(ofctl) del-flows \(bridge)
      \(ofctl) del-groups \(bridge)
      \(groups.isEmpty ? "true" : "\(ofctl) add-groups \(bridge) \(directory)/groups")
      \(ofctl) add-flows \(bridge) \(directory)/flows
      """, output: "\(directory)/ofctl.out")
    guard status == 0 else {
      let said = text(of: "\(directory)/ofctl.out")
      let line = said.firstRange(of: "/flows:").flatMap { Int(said[$0.upperBound...].prefix { $0.isNumber }) }
      throw Failure(description: "\(said)\(line.map { flows.indices.contains($0 - 1) ? flows[$0 - 1] : "" } ?? "")")
    }
    _ = try command("revalidator/purge", [])
    _ = try command("dpctl/flush-conntrack", [])
    for port in ports { _ = newPackets(from: port) }
  }

  private func write(_ lines: [String], to name: String) throws {
    guard let file = fopen("\(directory)/\(name)", "w") else { throw Failure(description: "no file \(name)") }
    fputs(lines.joined(separator: "\n") + "\n", file)
    fclose(file)
  }

  // MARK: Packets

  /// Puts a packet into a port; the packets that leave, by port. Some actions are left to threads of their own: up to
  /// `expected` packets are waited for.
  public func receive(_ packet: [UInt8], on port: UInt32, expecting expected: Int = 0) throws -> [UInt32: [[UInt8]]] {
    _ = try command("netdev-dummy/receive", ["p\(port)", hex(packet)])
    var packets: [UInt32: [[UInt8]]] = [:]
    for attempt in 0..<100 {
      try passRounds()
      for port in ports { packets[port, default: []] += newPackets(from: port) }
      if attempt > 0 && packets.values.reduce(0, { $0 + $1.count }) >= expected { break }
      usleep(attempt > 2 ? 10_000 : 1_000)
    }
    return packets.filter { !$0.value.isEmpty }
  }

  /// Lets time pass.
  public func advance(milliseconds: UInt64) throws {
    _ = try command("time/warp", [String(milliseconds), String(milliseconds)])
    // Connections are swept by a thread of its own, which sees the new time soon.
    usleep(50_000)
  }

  /// The text of `ofproto/trace`. A trace with a length check really sends the packet: what leaves is passed over.
  public func trace(_ packet: [UInt8], on port: UInt32) throws -> String {
    let text = try command("ofproto/trace", ["br0", "in_port=\(port)", hex(packet)])
    try passRounds()
    for port in ports { _ = newPackets(from: port) }
    return text
  }

  /// Commands are answered, at most ten of them, between rounds in which packets are taken in: after so many more what
  /// came in has gone through.
  private func passRounds() throws {
    try send(String(repeating: "{\"id\":0,\"method\":\"version\",\"params\":[]}", count: 22))
    _ = try replies(22, to: "version")
  }

  private func hex(_ packet: [UInt8]) -> String {
    packet.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// What a port has sent since this was asked last: the new records of its capture file.
  private func newPackets(from port: UInt32) -> [[UInt8]] {
    let content = contents(of: "\(directory)/p\(port).pcap", from: read[port] ?? 24)
    var offset = 0
    var packets: [[UInt8]] = []
    while content.count - offset >= 16 {
      let length = content[(offset + 8)..<(offset + 12)].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard content.count - offset - 16 >= length else { break }
      packets.append(Array(content[(offset + 16)..<(offset + 16 + length)]))
      offset += 16 + length
    }
    read[port] = (read[port] ?? 24) + offset
    return packets
  }

  private func contents(of path: String, from start: Int = 0) -> [UInt8] {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = pread(file, &buffer, buffer.count, start + content.count)
      guard count > 0 else { return content }
      content += buffer[0..<count]
    }
  }

  private func text(of path: String) -> String { String(decoding: contents(of: path), as: UTF8.self) }

  // MARK: Commands

  private func connect() throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(directory)/vswitchd.ctl".utf8)) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "no control socket") }
  }

  /// Runs a command of ovs-appctl's over the one connection (JSON-RPC). The result as JSON has it.
  public func command(_ method: String, _ arguments: [String]) throws -> String {
    requests += 1
    let parameters = arguments.map { "\"\($0)\"" }.joined(separator: ",")
    try send("{\"id\":\(requests),\"method\":\"\(method)\",\"params\":[\(parameters)]}")
    return try replies(1, to: method)
  }

  private func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { throw gone() }
      rest = rest.dropFirst(sent)
    }
  }

  private func replies(_ count: Int, to method: String) throws -> String {
    var reply: [UInt8] = []
    var depth = 0
    var complete = 0
    var isInText = false
    var isEscaped = false
    var buffer = [UInt8](repeating: 0, count: 65536)
    while complete < count {
      let length = recv(socket, &buffer, buffer.count, 0)
      guard length > 0 else { throw gone() }
      for byte in buffer[0..<length] {
        reply.append(byte)
        if isEscaped {
          isEscaped = false
        } else if isInText {
          if byte == UInt8(ascii: "\\") { isEscaped = true }
          if byte == UInt8(ascii: "\"") { isInText = false }
        } else if byte == UInt8(ascii: "\"") {
          isInText = true
        } else if byte == UInt8(ascii: "{") {
          depth += 1
        } else if byte == UInt8(ascii: "}") {
          depth -= 1
          if depth == 0 { complete += 1 }
        }
      }
    }
    let text = String(decoding: reply, as: UTF8.self)
    guard text.contains("\"error\":null") else { throw Failure(description: "\(method): \(text)") }
    return text
  }

  /// Open vSwitch has ended; its log says why.
  private func gone() -> Failure {
    let log = text(of: "\(directory)/ovs-vswitchd.log").split(separator: "\n").suffix(3).joined(separator: "\n")
    return Failure(description: "Open vSwitch is gone: \(log)", hasEnded: true)
  }

  private func shell(_ script: String, output: String = "/dev/null") -> Int32 {
    system("export OVS_RUNDIR=\(directory) OVS_LOGDIR=\(directory)\n(\(script)\n) >\(output) 2>&1")
  }
}
