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
      ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema &&
      ip netns exec \(namespace) ovsdb-server --remote=punix:db.sock --pidfile --detach --log-file=ovsdb.log conf.db &&
      ovs-vsctl --db=unix:\(socket) --no-wait init &&
      ip netns exec \(namespace) ovs-vswitchd --pidfile --detach --log-file=vswitchd.log unix:\(socket)
      """)
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

  /// Stops ovsdb-server with SIGKILL.
  func killDatabase() throws {
    try run("kill -9 $(cat \(directory)/ovsdb-server.pid)")
  }

  struct CommandFailed: Error {
    let command: String
    let status: Int32
  }

  private func run(_ command: String) throws {
    var pid: pid_t = 0
    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + ["RUN", "DB", "LOG"].map { "OVS_\($0)DIR=\(directory)" }
    let script = "exec >>/tmp/\(namespace).log 2>&1\n" + command
    let spawned = Self.withCStrings(["/bin/sh", "-c", script]) { arguments in
      Self.withCStrings(environment) { environment in
        posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environment)
      }
    }
    guard spawned == 0 else { throw CommandFailed(command: command, status: spawned) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    guard status == 0 else { throw CommandFailed(command: command, status: status) }
    unlink("/tmp/\(namespace).log")
  }

  private static func withCStrings<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
  ) -> T {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an array with its nil has an address") }
      return body(base)
    }
  }
}
