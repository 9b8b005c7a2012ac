import GoalState

/// Tells whether keys differ from all that came before.
///
/// The hashes are enough until two are the same: a large update has hundreds of thousands of keys, which are in the resources already.
/// From the first doubt on the keys themselves are kept, so that an update with many such keys costs no more.
struct DistinctKeys: Sendable {
  private var hashes: Set<Int> = []
  private var keys: Set<ResourceKey>?

  /// Returns whether the key is a new one.
  ///
  /// - Parameter earlier: What all keys before that were new are of.
  mutating func insert(_ key: ResourceKey, among earlier: [VersionedResource]) -> Bool {
    if keys == nil {
      if hashes.insert(key.hashValue).inserted { return true }
      keys = Set(earlier.map(\.key))
      hashes = []
    }
    return keys?.insert(key).inserted ?? true
  }
}
