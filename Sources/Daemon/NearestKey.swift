/// The candidate that `key` was probably meant to be: the one with the fewest edits, when these are few for its length.
func nearestKey(to key: String, among candidates: Set<String>) -> String? {
  let ranked = candidates.map { (distance: editDistance(key, $0), key: $0) }
  guard let best = ranked.min(by: { ($0.distance, $0.key) < ($1.distance, $1.key) }) else { return nil }
  return best.distance <= max(2, best.key.utf8.count / 3) ? best.key : nil
}

/// How many insertions, deletions and replacements of one byte turn `a` into `b` (Levenshtein). Long text is cut: no key
/// is that long, and the file may be hostile.
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.utf8.prefix(128))
  let b = Array(b.utf8.prefix(128))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(diagonal + (x == y ? 0 : 1), above + 1, row[j] + 1)
      diagonal = above
    }
  }
  return row[b.count]
}
