import ArgumentParser
import NetworkTypes

/// The network that DHCP is measured in: guests have numbers, and their addresses end with these.
enum BenchNetwork {
  /// The prefix that all guests are in.
  static let prefix = "10.64.0.0/16"
  /// The router, and the address by which servers call themselves.
  static let gateway = IPv4Address(10, 64, 0, 1)
  /// The name server that guests are told.
  static let nameServer = IPv4Address(10, 64, 0, 2)
  /// The domain that guests are told.
  static let domain = "bench.example"
  /// For how long an address is given.
  static let leaseSeconds = 3600
  /// The MTU that guests are told.
  static let mtu = 1450

  /// The number of the first guest: those below are the network's own.
  static let firstNumber = 5
  /// As many guests as there is room for.
  static let capacity = 65_000

  static func hardwareAddress(of number: Int) -> MACAddress {
    MACAddress(rawValue: 0x0200_0000_0000 | UInt64(number))
  }

  static func address(of number: Int) -> IPv4Address {
    IPv4Address(rawValue: 0x0a40_0000 | UInt32(number))
  }

  static func hostName(of number: Int) -> String { "guest-\(number)" }

  /// Refuses more guests than have an address.
  static func validate(count: Int) throws {
    guard (0...capacity).contains(count) else {
      throw ValidationError("\(count) guests: there is room for \(capacity)")
    }
  }
}
