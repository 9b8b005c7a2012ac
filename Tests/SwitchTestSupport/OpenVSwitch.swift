import Glibc
import Synchronization

/// A real Open vSwitch in a network namespace and a run directory of its own, with a bridge `br-test` on the userspace
/// datapath.
public final class OpenVSwitch: Sendable {
  /// Whether it can be started here: as root, with the programs installed.
  public static let isAvailable =
    geteuid() == 0
    && ["/usr/sbin/ovs-vswitchd", "/usr/sbin/ovsdb-server", "/usr/bin/ovs-vsctl"].allSatisfy { (path: String) in
      access(path, X_OK) == 0
    }

  /// A command that failed, with what it said.
  public struct Failure: Error {
    /// The script.
    public let command: String
    /// What it printed.
    public let output: String
  }

  /// Open vSwitch's run directory.
  public let directory: String
  /// The network namespace.
  public let namespace: String

  /// The bridge's management socket.
  public var managementSocket: String { "\(directory)/br-test.mgmt" }
  /// The database's socket.
  public var databaseSocket: String { "\(directory)/db.sock" }

  /// Starts the database and the switch, and makes the bridge.
  public init() throws {
    let id = UInt32.random(in: 0...(.max))
    namespace = "alioth-sw-\(id)"
    directory = "/tmp/alioth-sw-\(id)"
    do {
      try run(
        """
        mkdir -p \(directory)
        ip netns add \(namespace)
        ip netns exec \(namespace) ip link set lo up
        ovsdb-tool create \(directory)/conf.db /usr/share/openvswitch/vswitch.ovsschema
        """)
      try startDatabase()
      try vsctl("--no-wait init")
      try startSwitch()
      try vsctl("add-br br-test -- set bridge br-test datapath_type=netdev fail-mode=secure protocols=OpenFlow13")
    } catch {
      stop()
      throw error
    }
  }

  /// Starts ovsdb-server, when it does not run.
  public func startDatabase() throws {
    try run(
      """
      ip netns exec \(namespace) ovsdb-server \(directory)/conf.db --remote=punix:\(databaseSocket) --detach \
        --pidfile=\(directory)/ovsdb-server.pid --log-file=\(directory)/ovsdb-server.log
      """)
  }

  /// Starts ovs-vswitchd, when it does not run.
  public func startSwitch() throws {
    try run(
      """
      ip netns exec \(namespace) ovs-vswitchd unix:\(databaseSocket) --detach \
        --pidfile=\(directory)/ovs-vswitchd.pid --log-file=\(directory)/ovs-vswitchd.log
      """)
  }

  /// Sends ovs-vswitchd a signal. After SIGKILL it is gone when this returns.
  public func signalSwitch(_ signal: Int32) { send(signal, to: "ovs-vswitchd") }

  /// Sends ovsdb-server a signal. After SIGKILL it is gone when this returns.
  public func signalDatabase(_ signal: Int32) { send(signal, to: "ovsdb-server") }

  private func send(_ signal: Int32, to program: String) {
    let wait = signal == SIGKILL || signal == SIGTERM ? "while kill -0 $pid 2>/dev/null; do sleep 0.02; done" : ":"
    _ = try? run("pid=$(cat \(directory)/\(program).pid); kill -\(signal) $pid; \(wait)")
  }

  /// Runs ovs-vsctl with these arguments.
  @discardableResult
  public func vsctl(_ arguments: String) throws -> String {
    try run("ovs-vsctl --db=unix:\(databaseSocket) --timeout=20 \(arguments)")
  }

  /// Runs ovs-ofctl with these arguments, over OpenFlow 1.3.
  @discardableResult
  public func ofctl(_ arguments: String) throws -> String {
    try run("ovs-ofctl -O OpenFlow13 --timeout=60 \(arguments)")
  }

  /// How many flows the bridge has.
  public func flowCount() throws -> Int {
    let text = try ofctl("dump-aggregate \(managementAddress)")
    return text.split(separator: "flow_count=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? -1
  }

  /// The bridge's datapath id, in hexadecimal digits.
  public func datapathID() throws -> String {
    try vsctl("get bridge br-test datapath_id").filter(\.isHexDigit)
  }

  /// The bridge as ovs-ofctl names it.
  public var managementAddress: String { "unix:\(managementSocket)" }

  /// Ends both programs and removes everything.
  public func stop() {
    signalSwitch(SIGCONT)
    signalSwitch(SIGKILL)
    signalDatabase(SIGKILL)
    _ = try? run("ip netns del \(namespace); rm -r \(directory)")
  }

  /// Runs a script in a shell that stops at the first failure.
  @discardableResult
  public func run(_ script: String) throws -> String {
    let command = "export OVS_RUNDIR=\(directory) OVS_LOGDIR=\(directory)\nset -e\n(\(script)\n) 2>&1 </dev/null"
    guard let pipe = popen("/bin/sh -c '\(command)'", "r") else {
      throw Failure(command: script, output: "popen failed")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      if count == 0 { break }
      output += buffer.prefix(count)
    }
    let text = String(decoding: output, as: UTF8.self)
    guard pclose(pipe) == 0 else { throw Failure(command: script, output: text) }
    return text
  }
}
