import Glibc

/// An ovsdb-server of a test's own, without a switch: it needs no rights. It listens on a unix socket and, when asked to, on
/// TCP or TLS ports of the loopback address.
final class RealDatabase {
  let directory: String
  private let name: String
  private let remotes: String

  var socket: String { directory + "/db.sock" }

  static let isAvailable = ["/usr/sbin/ovsdb-server", "/usr/bin/ovsdb-tool", "/usr/bin/openssl"].allSatisfy {
    (path: String) in access(path, X_OK) == 0
  }

  private init(remotes: String) {
    name = "dbr\(getpid())x\(UInt16.random(in: 0...9999))"
    directory = "/tmp/\(name)"
    self.remotes = remotes
  }

  /// - Parameters:
  ///   - remotes: Options for ovsdb-server, run in the directory.
  ///   - isClustered: Whether the database is a cluster of one, which names its transactions.
  ///   - prepare: Commands to run in the directory before.
  static func with<T>(
    remotes: String = "", isClustered: Bool = false, prepare: String = "true",
    _ body: (RealDatabase) async throws -> T
  ) async throws -> T {
    let lab = RealDatabase(remotes: remotes)
    let schema = "/usr/share/openvswitch/vswitch.ovsschema"
    let create =
      isClustered
      ? "ovsdb-tool create-cluster conf.db \(schema) unix:raft.sock" : "ovsdb-tool create conf.db \(schema)"
    do {
      try lab.run("mkdir -p \(lab.directory) && cd \(lab.directory) && \(prepare) && \(create) && \(lab.server)")
      let result = try await body(lab)
      lab.stop()
      return result
    } catch {
      lab.stop()
      throw error
    }
  }

  private var server: String {
    "ovsdb-server --remote=punix:db.sock \(remotes) --pidfile --unixctl=ctl --detach --log-file=ovsdb.log conf.db"
  }

  private func stop() {
    try? run(
      """
      cd \(directory) && if [ -f ovsdb-server.pid ]; then pid=$(cat ovsdb-server.pid); kill $pid
      while kill -0 $pid 2>/dev/null; do sleep 0.05; done; fi; rm -rf \(directory)
      """)
  }

  /// Makes ovsdb-server hang up on all its clients.
  func hangUp() throws { try run("ovs-appctl -t \(directory)/ctl ovsdb-server/reconnect") }

  /// The port that a remote with port 0 got.
  func port() throws -> Int {
    let log = try Shell.read(directory + "/ovsdb.log")
    for line in log.split(separator: "\n") {
      if let range = line.firstRange(of: "listening on port "), let port = Int(line[range.upperBound...]) {
        return port
      }
    }
    throw Shell.NoFile(path: "a port in \(log)")
  }

  private func run(_ command: String) throws { try Shell.run(command, directory: directory, name: name) }
}
