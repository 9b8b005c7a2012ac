import GoalState
import NetworkTypes

/// Questions for neighbors that are under way. A neighbor that comes, by whatever message, is the answer to those for it. A
/// pure value; times are offsets from any fixed instant.
struct AlcorAsks: Sendable {
  struct Key: Hashable, Sendable {
    var networkID: NetworkID
    var address: IPAddress
  }

  private struct Station: Hashable, Sendable {
    var networkID: NetworkID
    var mac: MACAddress
  }

  /// How long a question is remembered; whoever asked has given it up before.
  static let memory = Duration.seconds(10)
  /// How many addresses of neighbors are remembered that have been forgotten.
  static let rememberedStations = 16_384

  private var open: [Key: (numbers: [UInt64], until: Duration)] = [:]
  /// The addresses of neighbors that have been forgotten: guests may still know their MAC addresses, by which Alcor cannot be
  /// asked.
  private var addresses: [Station: IPAddress] = [:]

  var count: Int { open.count }

  /// What to ask Alcor for; nil for a MAC address that was never seen.
  func key(of ask: NeighborAsk) -> Key? {
    switch ask.target {
    case .address(let address): Key(networkID: ask.networkID, address: address)
    case .mac(let mac):
      addresses[Station(networkID: ask.networkID, mac: mac)].map { Key(networkID: ask.networkID, address: $0) }
    }
  }

  mutating func asked(_ key: Key, number: UInt64, now: Duration) {
    if open.count >= 4096 { open = open.filter { $0.value.until > now } }
    open[key, default: ([], .zero)].numbers.append(number)
    open[key]?.until = now + AlcorAsks.memory
  }

  /// There is no such neighbor: returns whether it has not come all the same.
  mutating func notFound(_ key: Key, number: UInt64) -> Bool {
    guard var entry = open[key], let index = entry.numbers.firstIndex(of: number) else { return false }
    entry.numbers.remove(at: index)
    open[key] = entry.numbers.isEmpty ? nil : entry
    return true
  }

  /// Neighbors have been given to the agent: returns the questions that they are the answers to.
  mutating func came(_ resources: [VersionedResource]) -> [UInt64] {
    guard !open.isEmpty else { return [] }
    var found: [UInt64] = []
    for case .neighbor(let neighbor) in resources.lazy.map(\.resource) {
      for fixedIP in neighbor.fixedIPs {
        let key = Key(networkID: neighbor.networkID, address: fixedIP.address)
        if let entry = open.removeValue(forKey: key) { found += entry.numbers }
      }
    }
    return found
  }

  mutating func forgot(_ neighbor: Neighbor) {
    if addresses.count >= AlcorAsks.rememberedStations { addresses = [:] }
    guard let address = neighbor.fixedIPs.first?.address else { return }
    addresses[Station(networkID: neighbor.networkID, mac: neighbor.mac)] = address
  }
}
