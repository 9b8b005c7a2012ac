import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf
import Testing

@testable import Southbound

@Suite("Bytes that nobody meant to send")
struct HostileInputTests {
  /// The generator of Knuth's MMIX, so that a seed in a failure's text repeats it.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }
  }

  @Test("damaged messages are refused or taken by either end, and nothing else happens", arguments: [1, 2, 3, 4])
  func damaged(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let resources = try sampleResources()
    let toAgent: [ToAgent] = [
      .welcome(epoch: "e"), .begin("e", 7), .resources(resources), .end("e", 7, count: resources.count),
      .delta("e", 7, 8, upserts: resources, removals: [.port(PortID("p"))]), .progress(9), .heartbeat,
    ]
    let report = GoalStateReport(
      applied: version("e", 5),
      failures: [ResourceFailure(key: .port(PortID("p")), revision: 1, code: .host, message: "m")])
    let toController = [ToController.hello(host: "node1")] + reportMessages(report, chunkBytes: 1000)
    var delivered = 0
    var violations = 0
    var undecodable = 0
    for _ in 0..<400 {
      var agent = AgentStreamState.welcomed(held: version("e", 7))
      for message in toAgent.dropFirst() {
        let bytes = damage(try message.serializedBytes(), with: &generator)
        do {
          let actions = try agent.handle(try ToAgent(serializedBytes: bytes), now: .zero)
          for case .deliver(let update) in actions {
            delivered += 1
            // Whatever was taken can be said again and means the same.
            for resource in update.upserts {
              #expect(DecodedResource(Alioth_Southbound_V1_Resource(resource)) == .resource(resource), "seed \(seed)")
            }
          }
        } catch is ProtocolViolation {
          violations += 1
        } catch {
          undecodable += 1
        }
      }
      var controller = try ControllerStreamState.opened()
      for message in toController.dropFirst() {
        let bytes = damage(try message.serializedBytes(), with: &generator)
        guard let message = try? ToController(serializedBytes: bytes) else { continue }
        _ = try? controller.handle(message, now: .zero)
      }
      var fresh = ControllerStreamState(limits: SouthboundLimits(), timing: SouthboundTiming(), now: .zero)
      let hello = damage(try toController[0].serializedBytes(), with: &generator)
      if let message = try? ToController(serializedBytes: hello) { _ = try? fresh.handle(message, now: .zero) }
    }
    // The damage was neither so slight that all was taken nor so great that nothing was.
    #expect(delivered > 0)
    #expect(violations > 0)
    #expect(undecodable > 0)
  }

  /// Up to two bytes changed, and sometimes the end cut off.
  private func damage(_ bytes: [UInt8], with generator: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &generator)
      bytes[index] = UInt8.random(in: 0...255, using: &generator)
    }
    if Int.random(in: 0..<8, using: &generator) == 0, !bytes.isEmpty {
      bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
    }
    return bytes
  }
}
