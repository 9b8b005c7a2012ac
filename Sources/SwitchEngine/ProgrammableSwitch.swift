import OpenFlow
import OpenFlowNIO

/// A connected switch, as the engine needs it: the one way on which flows, groups and meters are sent and read.
public protocol ProgrammableSwitch: Sendable {
  /// What the switch says that it is.
  var features: SwitchFeatures { get }

  /// Takes this many consecutive transaction ids that nothing else on the connection uses, and returns the first.
  func reserveTransactionIDs(_ count: Int) -> UInt32

  /// Applies an encoded bundle, whole or not at all.
  ///
  /// - Parameter completion: Called once, and not before this returns; best on the event loop that the switch was dialled
  ///   on. It gets the refused changes, by position; none when the switch has confirmed the whole bundle. When any was
  ///   refused, none was applied. A `ConnectionFailure.refused` says that the switch refused the bundle without naming a
  ///   change; any other failure that the outcome is unknown, and the connection of no more use.
  func commit(_ bundle: EncodedBundle, completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void)

  /// Carries out encoded messages one after the other, each for itself: for meters, which cannot ride in a bundle. They are
  /// worked off before any bundle that is committed after this.
  ///
  /// - Parameters:
  ///   - messages: Whole messages; their transaction ids are replaced.
  ///   - completion: Called once, when the switch has worked them off, as that of `commit` is. It gets the refused messages, by
  ///     position; the others were carried out. With a failure the outcome is unknown.
  func apply(_ messages: [[UInt8]], completion: @escaping @Sendable (Result<[BundleRefusal], any Error>) -> Void)

  /// All groups that the switch has.
  func groups() async throws -> [Group]

  /// All meters that the switch has.
  func meters() async throws -> [Meter]

  /// How many flows each table has, whosever they are; tables without flows may be missing.
  func tableSizes() async throws -> [TableID: Int]

  /// Reads flows, part by part as the switch sends them.
  ///
  /// - Parameters:
  ///   - table: The table to read; nil for all.
  ///   - cookies: The cookies of the flows to read.
  ///   - part: Called with the body of each part, in order.
  /// - Throws: When the switch does not answer, or `part` throws.
  func readFlows(
    table: TableID?, cookies: CookieFilter, part: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws

  /// Waits until the connection is gone, and tells why.
  var closed: ConnectionFailure { get async }

  /// Ends the connection; `closed` tells when it has.
  func disconnect()
}
