import NetworkTypes
import Testing

@testable import GoalState

@Suite("The blast-radius check")
struct RemovalGuardTests {
  private let limits = RemovalLimits(percent: 50, minimum: 4, holdTime: .seconds(600))
  private let base = GoalStateVersion(epoch: "e", revision: 1)

  @Test("what would take most away is held back until its time is up, and said with how much it reaches")
  func held() throws {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    let kept = check.review(delta(removing: ports(6)), of: goal, applied: base, now: .seconds(5))
    #expect(kept == Set(ports(6)))
    let hold = try #require(check.hold)
    #expect(hold.base == base && hold.reach?.affected == 6 && hold.reach?.held == 10)
    #expect(hold.first(2) == Array(ports(6).sorted().prefix(2)))
    #expect(!check.isDue(now: .seconds(604)))
    #expect(check.isDue(now: .seconds(605)))
    #expect(check.release()?.keys == kept)
    #expect(check.hold == nil)
  }

  @Test("half of them, fewer than the minimum, and what is marked as intended all go at once")
  func passed() {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    #expect(check.review(delta(removing: ports(5)), of: goal, applied: base, now: .zero).isEmpty)
    #expect(check.review(delta(removing: ports(3)), of: host(3), applied: base, now: .zero).isEmpty)
    var intended = delta(removing: ports(10))
    intended.areRemovalsIntended = true
    #expect(check.review(intended, of: goal, applied: base, now: .zero).isEmpty)
    var off = RemovalGuard(limits: nil)
    #expect(off.review(delta(removing: ports(10)), of: goal, applied: base, now: .zero).isEmpty)
  }

  @Test("a network's removal reaches all that is in it, and a subnet's its ports")
  func reach() {
    let goal = host(10)
    for key in [ResourceKey.network(NetworkID("n")), .subnet(SubnetID("s"))] {
      var check = RemovalGuard(limits: limits)
      #expect(check.review(delta(removing: [key]), of: goal, applied: base, now: .zero) == [key])
      #expect(check.hold?.reach?.affected == 10)
    }
  }

  @Test("an empty snapshot takes nothing away, and what it adds is taken in")
  func emptySnapshot() {
    var goal = host(10)
    var check = RemovalGuard(limits: limits)
    var update = GoalStateUpdate(scope: .snapshot, version: GoalStateVersion(epoch: "other", revision: 1))
    update.upserts = [VersionedResource(.port(port("new")), revision: 1)]
    let kept = check.review(update, of: goal, applied: base, now: .zero)
    #expect(kept.count == 12)
    _ = goal.apply(update, keeping: kept)
    #expect(goal.ports.count == 11 && goal.networks.count == 1)
    // Whatever the new epoch says of what was kept is newer.
    var again = GoalStateUpdate(scope: .delta(from: 1), version: GoalStateVersion(epoch: "other", revision: 2))
    again.upserts = [VersionedResource(.port(port("p0", mac: 99)), revision: 2)]
    _ = goal.apply(again)
    #expect(goal.failures.isEmpty && goal.ports[PortID("p0")]?.mac == MACAddress(rawValue: 0x0200_0000_0063))
  }

  @Test("a port that moves to another host is not taken away")
  func moved() {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    var update = delta(removing: ports(10))
    update.upserts = (0..<10).map { VersionedResource(.neighbor(neighbor("p\($0)")), revision: 2) }
    #expect(check.review(update, of: goal, applied: base, now: .zero).isEmpty)
  }

  @Test("what is sent again is held back no longer; with the last of it the hold is over")
  func sentAgain() {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    _ = check.review(delta(removing: ports(10)), of: goal, applied: base, now: .zero)
    var back = delta(removing: [])
    back.upserts = (0..<8).map { VersionedResource(.port(port("p\($0)")), revision: 3) }
    #expect(check.review(back, of: goal, applied: base, now: .seconds(1)).count == 2)
    // What is left is little, and yet may be what is being put back.
    #expect(check.hold?.deadline == .seconds(600))
    back.upserts = (8..<10).map { VersionedResource(.port(port("p\($0)")), revision: 3) }
    #expect(check.review(back, of: goal, applied: base, now: .seconds(2)).isEmpty)
    #expect(check.hold == nil)
  }

  @Test("a snapshot with everything ends a hold; one that still lacks it does not prolong it")
  func snapshots() {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    let empty = GoalStateUpdate(scope: .snapshot, version: base)
    _ = check.review(empty, of: goal, applied: base, now: .zero)
    #expect(check.review(empty, of: goal, applied: base, now: .seconds(300)).count == 12)
    #expect(check.hold?.deadline == .seconds(600))
    let whole = GoalStateUpdate(scope: .snapshot, version: base, upserts: goal.resources)
    #expect(check.review(whole, of: goal, applied: base, now: .seconds(301)).isEmpty)
    #expect(check.hold == nil)
  }

  @Test("what is held back goes when it is marked as intended later, and few others go meanwhile")
  func whileHeld() {
    let goal = host(10)
    var check = RemovalGuard(limits: limits)
    _ = check.review(delta(removing: ports(6)), of: goal, applied: base, now: .zero)
    let other = delta(removing: [.port(PortID("p9"))])
    #expect(!check.review(other, of: goal, applied: base, now: .zero).contains(.port(PortID("p9"))))
    var intended = delta(removing: ports(4))
    intended.areRemovalsIntended = true
    #expect(check.review(intended, of: goal, applied: base, now: .zero).count == 2)
    intended = GoalStateUpdate(scope: .snapshot, version: base, areRemovalsIntended: true)
    #expect(check.review(intended, of: goal, applied: base, now: .zero).isEmpty)
    #expect(check.hold == nil)
  }

  @Test("a network whose segment is that of one that is held back comes when that goes")
  func displaced() {
    var goal = host(4)
    var update = GoalStateUpdate(scope: .snapshot, version: GoalStateVersion(epoch: "other", revision: 1))
    update.upserts = [VersionedResource(.network(network("fresh")), revision: 1)]
    let kept = Set(goal.resources.map(\.key))
    _ = goal.apply(update, keeping: kept)
    #expect(goal.networks.keys.map(\.rawValue) == ["n"])
    #expect(goal.failures.map(\.key) == [.network(NetworkID("fresh"))])
    // As it is kept on disk in between.
    var restored = HostGoalState()
    _ = restored.restore(
      GoalStateUpdate(scope: .snapshot, version: goal.version, upserts: goal.resources), [])
    for var goal in [goal, restored] {
      let changes = goal.carryOut(kept)
      #expect(goal.networks.keys.map(\.rawValue) == ["fresh"])
      #expect(goal.failures.isEmpty && goal.ports.isEmpty)
      #expect(changes.resources.contains(.network(NetworkID("fresh"))))
    }
  }

  private func host(_ count: Int) -> HostGoalState {
    var goal = HostGoalState()
    let resources: [Resource] = [.network(network("n")), .subnet(subnet)] + (0..<count).map { .port(port("p\($0)")) }
    _ = goal.apply(
      GoalStateUpdate(
        scope: .snapshot, version: base, upserts: resources.map { VersionedResource($0, revision: 1) }))
    return goal
  }

  private func ports(_ count: Int) -> [ResourceKey] { (0..<count).map { .port(PortID("p\($0)")) } }

  private func delta(removing keys: [ResourceKey]) -> GoalStateUpdate {
    GoalStateUpdate(
      scope: .delta(from: 1), version: GoalStateVersion(epoch: "e", revision: 2), removals: keys)
  }

  private func network(_ id: String) -> Network {
    guard let vni = VNI(7) else { fatalError("7 is a VNI") }
    return Network(id: NetworkID(id), vni: vni)
  }

  private var subnet: Subnet {
    guard let prefix = IPPrefix("10.0.0.0/24") else { fatalError("a prefix") }
    return Subnet(id: SubnetID("s"), networkID: NetworkID("n"), prefix: prefix)
  }

  private func port(_ id: String, mac: UInt64 = 1) -> Port {
    Port(
      id: PortID(id), networkID: NetworkID("n"), mac: MACAddress(rawValue: 0x0200_0000_0000 + mac),
      fixedIPs: [FixedIP(subnetID: SubnetID("s"), address: .v4(IPv4Address(10, 0, 0, 9)))])
  }

  private func neighbor(_ id: String) -> Neighbor {
    Neighbor(
      id: NeighborID(id), networkID: NetworkID("n"), mac: MACAddress(rawValue: 0x0200_0000_0001),
      hostAddress: .v4(IPv4Address(192, 0, 2, 9)), fixedIPs: [])
  }
}
