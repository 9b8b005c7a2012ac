/// How much an Alcor controller may send, and how long its goal states may take.
public struct AlcorLimits: Sendable, Hashable {
  /// A longer message is refused by the transport.
  public var maximumMessageBytes: Int
  /// The operations of one message.
  public var maximumOperations: Int
  /// The resources that a host holds.
  public var maximumResources: Int
  /// The messages of one stream that have been read and not been answered.
  public var outstandingMessages: Int
  /// The operations that become one update of the agent.
  public var batchOperations: Int
  /// The deleted resources whose revisions are remembered.
  public var rememberedDeletions: Int
  /// How long the switch may take to confirm until the answer is PENDING.
  public var patience: Duration

  /// The limits in production; tests give others.
  public init(
    maximumMessageBytes: Int = 64 << 20, maximumOperations: Int = 500_000, maximumResources: Int = 1_000_000,
    outstandingMessages: Int = 1024, batchOperations: Int = 8192, rememberedDeletions: Int = 16_384,
    patience: Duration = .seconds(5)
  ) {
    self.maximumMessageBytes = maximumMessageBytes
    self.maximumOperations = maximumOperations
    self.maximumResources = maximumResources
    self.outstandingMessages = outstandingMessages
    self.batchOperations = batchOperations
    self.rememberedDeletions = rememberedDeletions
    self.patience = patience
  }
}
