import GoalState
import NetworkTypes

/// The prefixes that are delegated to a network's ports: none overlaps with another, so that the neighbors of a place tell
/// whether something is free.
struct DelegatedPrefixSet: Sendable {
  /// A prefix and whose it is.
  typealias Entry = (prefix: IPv6Prefix, port: PortID)

  private var entries: [Entry] = []

  var isEmpty: Bool { entries.isEmpty }

  mutating func insert(_ prefix: IPv6Prefix, of port: PortID) {
    entries.insert((prefix, port), at: place(of: prefix.address))
  }

  mutating func remove(_ prefix: IPv6Prefix, of port: PortID) {
    var index = place(of: prefix.address)
    while index < entries.count, entries[index].prefix.address == prefix.address {
      if entries[index] == (prefix, port) {
        entries.remove(at: index)
        return
      }
      index += 1
    }
  }

  /// What overlaps with a prefix, besides what a port itself has.
  func overlap(with prefix: IPv6Prefix, besides port: PortID? = nil) -> Entry? {
    // Whatever begins within it, and the ones before that may reach into it.
    var index = place(of: prefix.address)
    while index < entries.count, prefix.contains(entries[index].prefix.address) {
      if entries[index].port != port { return entries[index] }
      index += 1
    }
    index = place(of: prefix.address) - 1
    while index >= 0 {
      let entry = entries[index]
      if entry.prefix.overlaps(prefix), entry.port != port { return entry }
      // Of a port's own there may be several before one that is in the way.
      guard entry.port == port else { return nil }
      index -= 1
    }
    return nil
  }

  /// The first place whose prefix does not begin before `address`.
  private func place(of address: IPv6Address) -> Int {
    var range = 0..<entries.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if entries[middle].prefix.address < address {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
