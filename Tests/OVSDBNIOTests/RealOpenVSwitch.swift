import Glibc

/// An ovsdb-server and an ovs-vswitchd of a test's own, in a network namespace and a directory of its own.
struct RealOpenVSwitch {
  let directory: String
  private let namespace: String
  var socket: String { directory + "/db.sock" }

  /// Root is needed for the namespace, and Open vSwitch of course.
  static let isAvailable =
    geteuid() == 0
    && ["/usr/sbin/ovsdb-server", "/usr/sbin/ovs-vswitchd", "/usr/bin/ovs-vsctl", "/usr/bin/ovsdb-tool"].allSatisfy {
      (path: String) in access(path, X_OK) == 0
    }

  static func with<T>(_ body: (RealOpenVSwitch) async throws -> T) async throws -> T {
    let name = "dbx\(getpid())x\(UInt16.random(in: 0...9999))"
    let lab = RealOpenVSwitch(directory: "/tmp/\(name)", namespace: name)
    do {
      try lab.start()
      let result = try await body(lab)
      lab.stop()
      return result
    } catch {
      lab.stop()
      throw error
    }
  }

  private func start() throws {
    try run(
      """
      ip netns add \(namespace) && ip -n \(namespace) link set lo up && mkdir -p \(directory) && cd \(directory) &&
      ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema && \(database) &&
      ovs-vsctl --db=unix:\(socket) --no-wait init &&
      ip netns exec \(namespace) ovs-vswitchd --pidfile --detach --log-file=vswitchd.log unix:\(socket)
      """)
  }

  /// The command that starts ovsdb-server in the directory.
  private var database: String {
    "ip netns exec \(namespace) ovsdb-server --remote=punix:db.sock --pidfile --detach --log-file=ovsdb.log conf.db"
  }

  private func stop() {
    try? run(
      """
      cd \(directory) && for p in ovs-vswitchd ovsdb-server; do
        if [ -f $p.pid ]; then pid=$(cat $p.pid); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done; fi
      done; ip netns del \(namespace); rm -rf \(directory)
      """)
  }

  /// Runs ovs-vsctl, which waits for ovs-vswitchd.
  func vsctl(_ arguments: String) throws {
    try run("ovs-vsctl --timeout=20 --db=unix:\(socket) \(arguments)")
  }

  /// What ovs-vsctl prints.
  func output(of arguments: String) throws -> String {
    try run("ovs-vsctl --timeout=20 --db=unix:\(socket) \(arguments) >\(directory)/output")
    return try Shell.read("\(directory)/output")
  }

  /// What a command prints that runs where the switch does.
  func output(inNamespace command: String) throws -> String {
    try run("ip netns exec \(namespace) \(command) >\(directory)/output")
    return try Shell.read("\(directory)/output")
  }

  /// Stops ovsdb-server with SIGKILL, and returns when its socket is dead.
  func killDatabase() throws {
    try run(
      "pid=$(cat \(directory)/ovsdb-server.pid); kill -9 $pid; while kill -0 $pid 2>/dev/null; do sleep 0.05; done")
  }

  /// Starts ovsdb-server again after `killDatabase`.
  func startDatabase() throws {
    try run("cd \(directory) && rm -f db.sock && \(database)")
  }

  private func run(_ command: String) throws { try Shell.run(command, directory: directory, name: namespace) }
}
