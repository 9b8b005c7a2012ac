/// A key of the store: a path such as `/port/6c84fb90-12c4-11e1-840d-7b25c5ee775a`.
///
/// Keys are ASCII, so that the order of the text is the order of its bytes in every store. What comes from outside goes
/// into a key only after it was read as an address or checked to be an identifier.
public struct StoreKey: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// The whole path.
  public let path: String

  /// The key with this path.
  public init(_ path: String) {
    self.path = path
  }

  /// The key with this path.
  public init(stringLiteral path: String) {
    self.path = path
  }

  /// Whether this key lies under `prefix`, which usually ends in a slash.
  public func isUnder(_ prefix: StoreKey) -> Bool {
    path.utf8.starts(with: prefix.path.utf8)
  }

  /// What follows `prefix`, or nil when the key does not lie under it.
  public func suffix(under prefix: StoreKey) -> Substring? {
    isUnder(prefix) ? path[path.utf8.index(path.startIndex, offsetBy: prefix.path.utf8.count)...] : nil
  }
}

extension StoreKey: Comparable {
  /// The order of the bytes.
  public static func < (lhs: StoreKey, rhs: StoreKey) -> Bool {
    lhs.path.utf8.lexicographicallyPrecedes(rhs.path.utf8)
  }
}

extension StoreKey: CustomStringConvertible {
  /// The path.
  public var description: String { path }
}
