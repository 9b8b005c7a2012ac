import CBench

/// Counts how often this thread allocates memory.
enum Allocations {
  /// The count so far.
  static var count: Int { Int(thread_allocation_count()) }

  /// Whether an allocation of the Swift runtime is seen, so that a count of none can be believed.
  static var areCounted: Bool {
    let before = count
    let array = [UInt64](repeating: UInt64(before), count: 1000 + before % 7)
    return withExtendedLifetime(array) { count > before }
  }
}
