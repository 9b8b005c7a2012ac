import Glibc
import NIOCore
import Synchronization

/// A real Open vSwitch in a network namespace and a run directory of its own, with a bridge `br-test` on the userspace
/// datapath.
final class OpenVSwitch: Sendable {
  /// Whether it can be started here: as root, with the programs installed.
  static let isAvailable =
    geteuid() == 0
    && ["/usr/sbin/ovs-vswitchd", "/usr/sbin/ovsdb-server", "/usr/bin/ovs-vsctl"].allSatisfy { (path: String) in
      access(path, X_OK) == 0
    }

  private let directory: String
  private let namespace: String

  /// The bridge's management socket.
  var managementSocket: String { "\(directory)/br-test.mgmt" }

  init() throws {
    let id = UInt32.random(in: 0...(.max))
    namespace = "ofx-test-\(id)"
    directory = "/tmp/ofx-test-\(id)"
    let started = shell(
      """
      set -e
      mkdir -p \(directory)
      ip netns add \(namespace)
      ip netns exec \(namespace) ip link set lo up
      ovsdb-tool create \(directory)/conf.db /usr/share/openvswitch/vswitch.ovsschema
      ip netns exec \(namespace) ovsdb-server \(directory)/conf.db --remote=punix:\(directory)/db.sock --detach \
        --pidfile=\(directory)/ovsdb-server.pid --log-file=\(directory)/ovsdb-server.log
      \(vsctl) --no-wait init
      ip netns exec \(namespace) ovs-vswitchd unix:\(directory)/db.sock --detach \
        --pidfile=\(directory)/ovs-vswitchd.pid --log-file=\(directory)/ovs-vswitchd.log
      \(vsctl) add-br br-test -- set bridge br-test datapath_type=netdev fail-mode=secure protocols=OpenFlow13
      """)
    guard started == 0 else {
      stop()
      throw Failure()
    }
  }

  struct Failure: Error {}

  private var vsctl: String { "ovs-vsctl --db=unix:\(directory)/db.sock --timeout=20" }

  /// Runs ovs-vsctl with these arguments.
  func configure(_ arguments: String) { _ = shell("\(vsctl) \(arguments)") }

  func stop() {
    _ = shell(
      """
      for name in ovs-vswitchd ovsdb-server; do
        pid=$(cat \(directory)/$name.pid) && kill $pid && while kill -0 $pid 2>/dev/null; do sleep 0.05; done
      done
      ip netns del \(namespace)
      rm -r \(directory)
      """)
  }

  private func shell(_ script: String) -> Int32 {
    system("export OVS_RUNDIR=\(directory) OVS_LOGDIR=\(directory)\n(\(script)\n) >/dev/null 2>&1")
  }
}
