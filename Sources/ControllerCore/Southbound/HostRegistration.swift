import Foundation
import GoalState
import NetworkTypes
import Southbound

/// Writes a host's record when its agent says hello: anew, or with its new tunnel address.
struct HostRegistration: Sendable {
  let store: any Store
  let inventory: Inventory

  private static let attempts = 50

  func register(_ hello: AgentHello) async throws(SessionRefusal) {
    guard HostRegistration.isHostName(hello.hostID.rawValue) else {
      throw SessionRefusal(
        .notAllowed, "The host's name '\(hello.hostID)' is not valid: letters, digits, '.', '-' and '_', at most 253.")
    }
    do {
      for _ in 0..<HostRegistration.attempts {
        if try await attempt(hello) { return }
      }
    } catch let error as SessionRefusal {
      throw error
    } catch {
      throw SessionRefusal(.unavailable, "The controller cannot register the host \(hello.hostID): \(error)")
    }
    throw SessionRefusal(
      .unavailable, "The controller cannot register the host \(hello.hostID): its record is being changed all the time."
    )
  }

  /// One try; false when somebody changed the record meanwhile.
  private func attempt(_ hello: AgentHello) async throws -> Bool {
    let host = hello.hostID
    let known = await inventory.read { $0.hosts[host] }
    let tunnelKey = ModelKeys.tunnel(hello.tunnelAddress)
    var transaction = StoreTransaction()
    var record: HostRecord
    if let known {
      guard known.record.tunnelAddress != hello.tunnelAddress else { return true }
      record = known.record
      transaction.compares.append(.modRevision(ModelKeys.host(host), known.revision))
      transaction.operations.append(.delete(ModelKeys.tunnel(record.tunnelAddress)))
      record.tunnelAddress = hello.tunnelAddress
    } else {
      record = HostRecord(
        host: host, agentID: UUID().uuidString.lowercased(), tunnelAddress: hello.tunnelAddress,
        createdAt: Date.wholeSeconds())
      transaction.compares.append(.absent(ModelKeys.host(host)))
    }
    transaction.compares.append(.absent(tunnelKey))
    transaction.operations.append(.put(ModelKeys.host(host), try RecordCoding.encode(record)))
    transaction.operations.append(.put(tunnelKey, Array(host.rawValue.utf8)))
    switch try await store.commit(transaction) {
    case .committed(let revision):
      guard await inventory.reached(revision) else { throw StoreError.closed }
      return true
    case .refused(.absent(tunnelKey), _):
      let owner = try await store.get(tunnelKey, at: nil).map { String(decoding: $0.value, as: UTF8.self) }
      if let owner, owner != host.rawValue {
        throw SessionRefusal(
          .notAllowed,
          "The tunnel address \(hello.tunnelAddress) of host \(host) is host \(owner)'s: give each host its own, or "
            + "delete the agent of host \(owner) if it is gone.")
      }
      return false
    case .refused(_, let revision):
      guard await inventory.reached(revision) else { throw StoreError.closed }
      return false
    }
  }

  /// Host names become part of the store's keys and of paths.
  private static func isHostName(_ name: String) -> Bool {
    (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

extension Date {
  /// Now, without the fraction: what the API shows is what is stored.
  static func wholeSeconds() -> Date { Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)) }
}
