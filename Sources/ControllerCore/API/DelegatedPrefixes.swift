import GoalState
import NetworkTypes

/// `alioth:delegated_prefixes`: the IPv6 prefixes that a port's guest is given for networks of its own (RFC 8415 section
/// 6.3). In a network each address is delegated once, and never one of a subnet.
enum DelegatedPrefixes {
  static let name = "alioth:delegated_prefixes"
  private static let maximum = 16

  static func read(_ attributes: inout AttributeReader, _ record: inout PortRecord) throws(APIError) {
    guard let list = try attributes.list(name, maximum: maximum) else { return }
    var prefixes: [IPv6Prefix] = []
    for element in list {
      guard let prefix = element.string.flatMap({ IPv6Prefix($0) }), (8...64).contains(prefix.length),
        prefix.address.isHostAddress, !prefix.address.isLinkLocal
      else {
        throw .invalid(
          name,
          "\(element.string.map { "'\($0)'" } ?? element.kind) is not an IPv6 prefix of 8 to 64 bits, such as "
            + "2001:db8:100::/56.")
      }
      if let other = prefixes.first(where: { $0.overlaps(prefix) }) {
        throw .invalid(name, "'\(prefix)' overlaps with '\(other)'.")
      }
      prefixes.append(prefix)
    }
    record.delegatedPrefixes = prefixes.isEmpty ? nil : prefixes
  }

  /// Makes sure that nobody else in the network has the port's prefixes.
  static func claim(_ record: PortRecord, before old: PortRecord?, _ plan: inout ChangePlan) throws(APIError) {
    let new = (record.delegatedPrefixes ?? []).filter { !(old?.delegatedPrefixes ?? []).contains($0) }
    guard !new.isEmpty else { return }
    // Whoever else looks for what is free in this network is to look again.
    SubnetPlanning.changeSubnets(of: record.networkID, owner: record.header.id, &plan)
    for prefix in new {
      for id in plan.state.subnetsByNetwork[record.networkID] ?? [] {
        guard let subnet = plan.state.subnets[id]?.record, subnet.prefix.overlaps(.v6(prefix)) else { continue }
        throw inUse(prefix, "of subnet \(id) (\(subnet.prefix))")
      }
      if let held = plan.state.delegatedPrefixes[record.networkID]?.overlap(with: prefix, besides: record.id)
        ?? plan.delegatedPrefixes[record.networkID]?.overlap(with: prefix, besides: record.id)
      {
        throw inUse(prefix, "delegated to port \(held.port) (\(held.prefix))")
      }
      plan.noteDelegation(of: prefix, to: record)
    }
  }

  private static func inUse(_ prefix: IPv6Prefix, _ whose: String) -> APIError {
    APIError(409, "PrefixInUse", "\(name): \(prefix) overlaps with addresses \(whose).")
  }
}
