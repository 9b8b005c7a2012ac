import GRPCCore
import GoalStateProtobuf
import Logging

/// The calls of an Alcor controller: thin, for what they mean is the desk's.
struct AlcorService: Alcor_Schema_GoalStateProvisioner.SimpleServiceProtocol {
  let desk: AlcorDesk
  let limits: AlcorLimits
  let logger: Logger

  func pushNetworkResourceStates(
    request: Alcor_Schema_GoalState, context: ServerContext
  ) async throws -> Alcor_Schema_GoalStateOperationReply {
    try check(AlcorOperation.count(in: request), context)
    let ticket = try await desk.submit(
      AlcorOperation.operations(of: request), formatVersion: request.formatVersion)
    return await ticket.reply()
  }

  /// Reading goes on while earlier messages wait for the switch, up to a limit; replies come in the order of the messages.
  func pushGoalStatesStream(
    request: RPCAsyncSequence<Alcor_Schema_GoalStateV2, any Error>,
    response: RPCWriter<Alcor_Schema_GoalStateOperationReply>,
    context: ServerContext
  ) async throws {
    let (tickets, ticket) = AsyncStream.makeStream(of: AlcorTicket.self)
    let (rooms, room) = AsyncStream.makeStream(of: Void.self)
    for _ in 0..<limits.outstandingMessages { room.yield() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { ticket.finish() }
        var rooms = rooms.makeAsyncIterator()
        for try await message in request {
          guard await rooms.next() != nil else { return }
          ticket.yield(try await take(message, context))
        }
      }
      group.addTask {
        for await ticket in tickets {
          try await response.write(await ticket.reply())
          room.yield()
        }
      }
      try await group.waitForAll()
    }
  }

  private func take(_ message: Alcor_Schema_GoalStateV2, _ context: ServerContext) async throws -> AlcorTicket {
    try check(AlcorOperation.count(in: message), context)
    let addresses = message.hostResources.isEmpty ? [] : await desk.addresses()
    return try await desk.submit(
      AlcorOperation.operations(of: message, for: addresses), formatVersion: message.formatVersion)
  }

  private func check(_ count: Int, _ context: ServerContext) throws {
    guard count > limits.maximumOperations else { return }
    let message = "the message has \(count) resources, more than \(limits.maximumOperations)"
    logger.warning("goal state refused: \(message)", metadata: ["peer": "\(context.remotePeer)"])
    throw RPCError(code: .resourceExhausted, message: message)
  }

  func requestGoalStates(
    request: Alcor_Schema_HostRequest, context: ServerContext
  ) async throws -> Alcor_Schema_HostRequestReply {
    throw RPCError(
      code: .unimplemented,
      message: "RequestGoalStates is the controller's to serve: hosts call it, and hold no others' state")
  }

  func pushGoalstates(
    request: Alcor_Schema_NeighborRulesRequest, context: ServerContext
  ) async throws -> Alcor_Schema_GoalStateOperationReply {
    throw RPCError(
      code: .unimplemented,
      message: "PushGoalstates is for Arion's gateways: push neighbors with PushGoalStatesStream")
  }
}

/// What Alcor tells hosts of topics of its message queue.
struct AlcorSubscriptions: Alcor_Schema_SubscribeInfoProvisioner.SimpleServiceProtocol {
  func pushNodeSubscribeInfo(
    request: Alcor_Schema_NodeSubscribeInfo, context: ServerContext
  ) async throws -> Alcor_Schema_SubscribeOperationReply {
    throw RPCError(code: .unimplemented, message: "there are no topics: connecting is subscribing")
  }
}
