import Foundation

/// A new directory for one test, removed at its end.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let path = NSTemporaryDirectory() + "/ctx-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(path)
}

/// The permission bits of a file.
func permissions(of path: String) throws -> Int? {
  (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
}
