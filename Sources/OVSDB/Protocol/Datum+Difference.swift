extension Datum {
  /// The value that this one becomes by a change as `update2` tells it (ovsdb-server(7) §4.1.14).
  ///
  /// A column that holds one element at most comes with its new value. Of a set come the elements that are in only one of the
  /// old and the new value; of a map the pairs whose keys are in only one of them, and, for keys that are in both with
  /// different values, the new pairs. So an element or pair that is there goes, one that is not comes, and a key with another
  /// value gets the new one.
  func applying(difference: Datum, type: ColumnType) throws(ProtocolError) -> Datum {
    let difference = try difference.normalized(to: type)
    guard type.isComposite else { return difference }
    switch (self, difference) {
    case (.set(let atoms), .set(let changed)):
      return .set(atoms.symmetricDifference(changed))
    case (.map(var pairs), .map(let changed)):
      for (key, value) in changed { pairs[key] = pairs[key] == value ? nil : value }
      return .map(pairs)
    default:
      throw ProtocolError(expected: "a change of a value like \(self)", found: difference.json)
    }
  }

  /// The value as the type has it: a whole number in a column of real ones is a real number.
  func normalized(to type: ColumnType) throws(ProtocolError) -> Datum {
    switch (self, type.value) {
    case (.set(let atoms), nil):
      if atoms.allSatisfy({ type.key.normalized($0) == $0 }) { return self }
      var normalized: Set<Atom> = []
      for atom in atoms { normalized.insert(try Self.normalized(atom, type.key)) }
      return .set(normalized)
    case (.map(let pairs), let value?):
      if pairs.allSatisfy({ type.key.normalized($0.key) == $0.key && value.normalized($0.value) == $0.value }) {
        return self
      }
      var normalized: [Atom: Atom] = [:]
      for (key, element) in pairs {
        normalized[try Self.normalized(key, type.key)] = try Self.normalized(element, value)
      }
      return .map(normalized)
    default:
      throw ProtocolError(expected: type.value == nil ? "a set" : "a map", found: json)
    }
  }

  private static func normalized(_ atom: Atom, _ type: AtomType) throws(ProtocolError) -> Atom {
    guard let normalized = type.normalized(atom) else {
      throw ProtocolError(expected: "\(type.rawValue) atoms", found: atom.json)
    }
    return normalized
  }
}
