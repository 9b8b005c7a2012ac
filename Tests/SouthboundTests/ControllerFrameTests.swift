import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Messages read from their bytes")
struct ControllerFrameTests {
  /// What the generated code makes of a resource; nil when it refuses the bytes.
  private func generated(_ bytes: [UInt8]) -> DecodedResource?? {
    (try? Alioth_Southbound_V1_Resource(serializedBytes: bytes)).map { DecodedResource($0) }
  }

  private func fast(_ bytes: [UInt8]) -> VersionedResource? {
    bytes.withUnsafeBytes { NeighborReader.read(resource: $0) }
  }

  private func neighbor(_ random: inout some RandomNumberGenerator) -> Neighbor {
    let uuid = "6f7a3c1e-0000-4000-9000-\(String(UInt64.random(in: 0..<1 << 40, using: &random) + 1 << 41, radix: 16))"
    let id = Bool.random(using: &random) ? uuid : "neighbor-\(Int.random(in: 0..<1000, using: &random))"
    let addresses: [IPAddress] = (0..<Int.random(in: 0...3, using: &random)).map { number in
      Bool.random(using: &random)
        ? .v4(IPv4Address(10, 0, UInt8(number), .random(in: 1...254, using: &random)))
        : .v6(IPv6Address(high: 0x2001_0db8 << 32, low: .random(in: 1...99, using: &random)))
    }
    return Neighbor(
      id: NeighborID(id), networkID: NetworkID("6F7A3C1E-0000-4000-8000-000000000001"),
      mac: MACAddress(rawValue: 0xfa16_3e00_0000 | .random(in: 0...0xffff, using: &random)),
      hostAddress: .v4(IPv4Address(192, 0, 2, .random(in: 1...254, using: &random))),
      fixedIPs: addresses.enumerated().map { FixedIP(subnetID: SubnetID("subnet-\($0)"), address: $1) },
      allowedAddressPairs: Int.random(in: 0..<8, using: &random) == 0
        ? IPPrefix("10.9.0.0/16").map { [AddressPair(prefix: $0)] } ?? [] : [],
      securityGroupIDs: (0..<Int.random(in: 0...2, using: &random)).map { SecurityGroupID("group-\($0)") })
  }

  @Test("a neighbor's bytes are written and read as the generated code does it, or left to that")
  func neighbors() throws {
    var random = Seeded(seed: 7)
    var read = 0
    var writtenCount = 0
    for _ in 0..<2000 {
      let versioned = VersionedResource(
        .neighbor(neighbor(&random)), revision: .random(in: 0...1 << 40, using: &random))
      let bytes: [UInt8] = try Alioth_Southbound_V1_Resource(versioned).serializedBytes()
      if let written = NeighborWriter.encode(versioned) {
        #expect(written == bytes)
        writtenCount += 1
      }
      #expect(StoredResourceCoding.encode(versioned) == bytes)
      guard let fast = fast(bytes) else { continue }
      read += 1
      #expect(fast == versioned)
      #expect(generated(bytes) == .resource(fast))
    }
    // Only what has address pairs is left.
    #expect(read > 1500 && writtenCount > 1500)
  }

  @Test("whatever the bytes are, what is read of them is what the generated code reads")
  func mutated() throws {
    var random = Seeded(seed: 11)
    var read = 0
    for _ in 0..<20_000 {
      let versioned = VersionedResource(.neighbor(neighbor(&random)), revision: 5)
      var bytes: [UInt8] = try Alioth_Southbound_V1_Resource(versioned).serializedBytes()
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: position)
        case 1: bytes.insert(.random(in: 0...255, using: &random), at: position)
        case 2: bytes.removeSubrange(position...)
        default: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        if bytes.isEmpty { break }
      }
      guard let fast = fast(bytes) else { continue }
      read += 1
      #expect(generated(bytes) == .resource(fast), "\(bytes)")
    }
    #expect(read > 400)
  }

  @Test("a message is the same from its bytes as from the generated code")
  func messages() throws {
    var random = Seeded(seed: 13)
    let network = VersionedResource(.network(Network(id: NetworkID("net"), vni: try #require(VNI(7)))), revision: 2)
    let neighbors = (0..<50).map { _ in VersionedResource(.neighbor(neighbor(&random)), revision: 3) }
    let version = GoalStateVersion(epoch: "e", revision: 9)
    let updates = [
      GoalStateUpdate(scope: .snapshot, version: version, upserts: [network] + neighbors),
      GoalStateUpdate(
        scope: .delta(from: 8), version: version, upserts: neighbors + [network],
        removals: [.neighbor(NeighborID("gone")), .port(PortID("left"))]),
      GoalStateUpdate(scope: .delta(from: 8), version: version),
    ]
    var count = 0
    for update in updates {
      for message in UpdateMessages(update, lastSent: version, chunkBytes: 2000) {
        let bytes: [UInt8] = try message.serializedBytes()
        let frame = try bytes.withUnsafeBytes { try ControllerFrame(serializedBytes: $0) }
        let expected = ControllerFrame(try Alioth_Southbound_V1_ControllerMessage(serializedBytes: bytes))
        #expect(frame.message == expected.message)
        #expect(frame.upserts == expected.upserts)
        count += frame.upserts.count
      }
    }
    #expect(count == 102)
  }

  @Test("what is no message is refused as the generated code refuses it")
  func refused() throws {
    var random = Seeded(seed: 17)
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random) : [0x1a, 0x2a, 0x0a, 0x22, 2].randomElement(using: &random) ?? 0
      }
      let frame = bytes.withUnsafeBytes { try? ControllerFrame(serializedBytes: $0) }
      let expected = (try? Alioth_Southbound_V1_ControllerMessage(serializedBytes: bytes)).map { ControllerFrame($0) }
      // A message in parts that are to be merged is left to the generated code, too.
      #expect(frame?.upserts == expected?.upserts, "\(bytes)")
    }
  }

  /// SplitMix64.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var value = state
      value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
      value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
      return value ^ value >> 31
    }
  }
}
