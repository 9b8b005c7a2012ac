import ArgumentParser
import GRPCCore
import GRPCNIOTransportHTTP2
import GoalState
import GoalStateProtobuf
import NetworkTypes
import Southbound
import SwiftProtobuf

/// Measures how many of Alcor's goal states an agent puts in force in a second, each in a message of its own on one stream.
struct AlcorStreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent-alcor",
    abstract: "Push messages of one neighbor each on one stream as an Alcor controller, and wait for all replies.")

  @OptionGroup var switchOptions: SwitchOptions
  @OptionGroup var resultOptions: ResultOptions
  @Option(help: "Where the agent takes Alcor's goal states.") var alcor = "127.0.0.1:50001"
  @Option(help: "The agent's own socket.") var agentSocket: String
  @Option(help: "How many messages.") var messages = 10_000
  @Option(help: "How often.") var runs = 5

  func run() async throws {
    guard let address = SouthboundAddress(alcor) else { throw ValidationError("'\(alcor)' is no address") }
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: address.host, port: address.port), transportSecurity: .plaintext)
    var rates = Samples()
    var flows = 0
    try await withGRPCClient(transport: transport) { connection in
      let client = Alcor_Schema_GoalStateProvisioner.Client(wrapping: connection)
      // The agent may take a moment until it serves.
      var options = CallOptions.defaults
      options.waitForReady = true
      _ = try await client.pushNetworkResourceStates(base, options: options)
      for run in 0..<runs {
        let before = try AgentCounters(of: agentSocket).flowsInstalled
        let nanoseconds = try await push(run, to: client)
        rates.add(Double(messages) / (Double(nanoseconds) / 1e9))
        flows = try AgentCounters(of: agentSocket).flowsInstalled - before
      }
    }
    try resultOptions.report(
      Verdict(
        "Alcor: \(messages.grouped) messages of one neighbor each on one stream",
        "\(rates.median().text()) messages/s [\(rates.smallest().text())..\(rates.largest().text())] of \(runs), replies in "
          + "order; \(flows.grouped) flows each time",
        limit: ">= 5,000/s in force", passed: rates.median() >= 5000))
  }

  /// Sends as the stream takes it, and reads beside it; every reply has to be about the next message, and good.
  private func push(
    _ run: Int, to client: Alcor_Schema_GoalStateProvisioner.Client<HTTP2ClientTransport.Posix>
  ) async throws -> UInt64 {
    let numbers = run * messages..<(run + 1) * messages
    let start = Clock.now()
    return try await client.pushGoalStatesStream { writer in
      for number in numbers { try await writer.write(message(number)) }
    } onResponse: { response in
      var next = numbers.lowerBound
      for try await reply in response.messages {
        guard let status = reply.operationStatuses.first, reply.operationStatuses.count == 1,
          status.resourceID == id(next), status.operationStatus == .success
        else { throw RawConnection.Failure(description: "instead of success for message \(next): \(reply)") }
        next += 1
      }
      guard next == numbers.upperBound else {
        throw RawConnection.Failure(description: "the replies ended before message \(next)")
      }
      return Clock.now() - start
    }
  }

  private func id(_ number: Int) -> String { BenchGoal.neighborID(number).rawValue }

  private func message(_ number: Int) -> Alcor_Schema_GoalStateV2 {
    .with {
      $0.formatVersion = 1
      $0.neighborStates[id(number)] = .with {
        $0.operationType = .create
        $0.configuration = .with {
          $0.revisionNumber = 1
          $0.id = id(number)
          $0.vpcID = "bench-vpc"
          $0.macAddress = BenchGoal.neighborMAC(number).description
          $0.hostIpAddress = "192.0.2.\(20 + number % BenchGoal.hostCount)"
          $0.fixedIps = [
            .with {
              $0.neighborType = .l2
              $0.subnetID = "bench-subnet"
              $0.ipAddress = BenchGoal.neighborAddress(number).description
            }
          ]
        }
      }
    }
  }

  /// The network and its subnet.
  private var base: Alcor_Schema_GoalState {
    .with {
      $0.formatVersion = 1
      $0.vpcStates = [
        .with {
          $0.operationType = .create
          $0.configuration = .with {
            $0.revisionNumber = 1
            $0.id = "bench-vpc"
            $0.tunnelID = 4711
          }
        }
      ]
      $0.subnetStates = [
        .with {
          $0.operationType = .info
          $0.configuration = .with {
            $0.revisionNumber = 1
            $0.id = "bench-subnet"
            $0.vpcID = "bench-vpc"
            $0.tunnelID = 4711
            $0.cidr = "10.0.0.0/8"
            $0.gateway = .with {
              $0.ipAddress = "10.0.0.1"
              $0.macAddress = "fa:16:3f:ff:00:01"
            }
          }
        }
      ]
    }
  }
}
