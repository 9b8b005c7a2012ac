import NIOCore
import OpenFlow

extension SwitchConnection {
  /// The flows whose cookies agree with `cookie` in the bits of `mask`.
  ///
  /// - Throws: `ConnectionFailure`.
  public func flows(cookie: UInt64 = 0, mask: UInt64 = 0) async throws -> [Flow] {
    try await flowStatistics(cookie: cookie, mask: mask).map(\.flow)
  }

  /// The flows whose cookies agree with `cookie` in the bits of `mask`, with what they have counted.
  ///
  /// - Throws: `ConnectionFailure`.
  public func flowStatistics(
    cookie: UInt64 = 0, mask: UInt64 = 0, table: TableID? = nil
  ) async throws -> [FlowStatistics] {
    let question = MultipartRequest.flows(table: table, cookie: CookieFilter(cookie, mask: mask))
    guard case .flows(let flows) = try await ask(question) else { return [] }
    return flows
  }

  /// What flows have counted together, and how many they are.
  ///
  /// - Throws: `ConnectionFailure`.
  public func aggregateStatistics(_ filter: FlowFilter) async throws -> AggregateStatistics {
    guard case .aggregate(let statistics) = try await ask(.aggregate(filter)) else {
      let reason = "the answer is of another kind"
      throw ConnectionFailure.malformedAnswer(
        MalformedMessage(structure: "ofp_aggregate_stats_reply", offset: 0, reason: reason))
    }
    return statistics
  }

  /// Flows in parts, undecoded, as they come: see `FlowStatisticsEntry`.
  ///
  /// - Parameters:
  ///   - table: The table to read; nil for all.
  ///   - cookies: The cookies of the flows to read.
  /// - Returns: The bodies of the parts. The stream throws `ConnectionFailure`.
  public func flowParts(table: TableID?, cookies: CookieFilter) -> AsyncThrowingStream<[UInt8], any Error> {
    parts(.flows(table: table, cookie: cookies))
  }

  /// The ports.
  ///
  /// - Throws: `ConnectionFailure`.
  public func ports() async throws -> [PortDescription] {
    guard case .ports(let ports) = try await ask(.ports) else { return [] }
    return ports
  }

  /// The groups.
  ///
  /// - Throws: `ConnectionFailure`.
  public func groups() async throws -> [Group] {
    guard case .groupDescriptions(let groups) = try await ask(.groupDescriptions) else { return [] }
    return groups
  }

  /// The meters.
  ///
  /// - Throws: `ConnectionFailure`; `.refused` by a switch that has no meters.
  public func meters() async throws -> [Meter] {
    guard case .meterConfigurations(let meters) = try await ask(.meterConfigurations(.all)) else { return [] }
    return meters
  }

  /// The answer to anything that is answered in parts, all of them together.
  ///
  /// - Throws: `ConnectionFailure`.
  public func ask(_ question: MultipartRequest) async throws -> MultipartAnswer {
    guard case .multipart(let answer) = try await perform(.multipart(question)) else {
      return MultipartAnswer(to: question)
    }
    return answer
  }

  /// The answer to anything that is answered in parts: the bodies of the parts as they come, undecoded.
  ///
  /// - Returns: A stream for one reader, which throws `ConnectionFailure`. What is not read yet is kept, up to the
  ///   options' limit for one answer; a reader that ends early has the rest passed over.
  public func parts(_ question: MultipartRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let (stream, reader) = AsyncThrowingStream.makeStream(of: [UInt8].self)
    onEventLoop { $0.submit(question, reader) }
    return stream
  }

  /// How many messages of the switch could not be decoded, and were passed over.
  public var undecodableMessages: Int {
    get async { await valueOnEventLoop(\.undecodableMessages) ?? 0 }
  }

  /// What was dropped because nobody took it.
  public var drops: SwitchConnectionDrops {
    get async { await valueOnEventLoop(\.drops) ?? SwitchConnectionDrops() }
  }

  /// How many bytes wait to be written.
  public var outstandingBytes: Int {
    get async { await valueOnEventLoop(\.outstandingBytes) ?? 0 }
  }
}
