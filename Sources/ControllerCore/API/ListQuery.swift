/// What a list request asks for: filters, order, a page, and which attributes to show.
struct ListQuery {
  private var filters: [(name: String, values: [String])] = []
  private var fields: [String] = []
  private var sort: [(key: String, descending: Bool)] = []
  private var limit: Int?
  private var marker: String?
  private var pageReverse = false

  /// - Throws: for a parameter that is malformed; unknown attributes show against the documents only.
  init(_ query: [(name: String, value: String)]) throws(APIError) {
    var keys: [String] = []
    var directions: [Bool] = []
    for (name, value) in query {
      switch name {
      case "fields": fields.append(contentsOf: value.split(separator: ",").map(String.init))
      case "sort_key": keys.append(value)
      case "sort_dir":
        guard value == "asc" || value == "desc" else {
          throw .badRequest("Invalid input for sort_dir. Reason: '\(value)' is neither 'asc' nor 'desc'.")
        }
        directions.append(value == "desc")
      case "limit":
        guard let number = Int(value), number >= 0 else {
          throw .badRequest("Invalid input for limit. Reason: '\(value)' is not an integer of at least 0.")
        }
        // Neutron takes 0 as no limit.
        limit = number == 0 ? nil : number
      case "marker": marker = value
      case "page_reverse": pageReverse = value.lowercased() == "true"
      default:
        if let index = filters.firstIndex(where: { $0.name == name }) {
          filters[index].values.append(value)
        } else {
          filters.append((name, [value]))
        }
      }
    }
    guard keys.count == directions.count else {
      throw .badRequest("The number of sort_keys and sort_dirs must be same")
    }
    sort = Array(zip(keys, directions)).map { (key: $0.0, descending: $0.1) }
  }

  /// The documents that match, in order, cut to a page and to the fields; and the ids around the page, for its links.
  struct Page {
    var documents: [JSONValue] = []
    var next: String?
    var previous: String?
  }

  /// - Parameter known: the attributes that every document of the collection has.
  func apply(to all: [JSONValue], known: Set<String>) throws(APIError) -> Page {
    try check(known)
    var documents = all.filter { document in filters.allSatisfy { matches(document, $0.name, $0.values) } }
    let order = sort + [(key: "id", descending: false)]
    documents.sort { isBefore($0, $1, order) }
    return cut(try fromMarker(documents))
  }

  private func check(_ known: Set<String>) throws(APIError) {
    let unknown = filters.map(\.name).filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw .badRequest("\(unknown) is invalid attribute for filtering")
    }
    if let key = sort.first(where: { !known.contains($0.key) })?.key {
      throw .badRequest("\(key) is invalid attribute for sort_key")
    }
  }

  private func matches(_ document: JSONValue, _ name: String, _ values: [String]) -> Bool {
    guard let value = document[name] else { return false }
    return values.contains { ListQuery.matches(value, $0) }
  }

  private static func matches(_ value: JSONValue, _ text: String) -> Bool {
    switch value {
    case .null: return text.isEmpty || text == "None"
    case .boolean(let flag):
      return flag ? ["true", "1"].contains(text.lowercased()) : ["false", "0"].contains(text.lowercased())
    case .integer(let number): return String(number) == text
    case .number(let number): return Double(text) == number
    case .string(let string): return string == text
    case .array(let elements): return elements.contains { matchesElement($0, text) }
    case .object: return false
    }
  }

  /// `fixed_ips=ip_address=10.0.0.3`: a member of an element, whole or in part.
  private static func matchesElement(_ element: JSONValue, _ text: String) -> Bool {
    guard element.members != nil else { return matches(element, text) }
    guard let sign = text.firstIndex(of: "=") else { return false }
    let name = String(text[..<sign])
    let wanted = String(text[text.index(after: sign)...])
    if name == "ip_address_substr" { return element["ip_address"]?.string?.contains(wanted) ?? false }
    return element[name].map { matches($0, wanted) } ?? false
  }

  private func isBefore(_ lhs: JSONValue, _ rhs: JSONValue, _ order: [(key: String, descending: Bool)]) -> Bool {
    for (key, descending) in order {
      let left = ListQuery.sortable(lhs[key])
      let right = ListQuery.sortable(rhs[key])
      if left != right { return descending ? right < left : left < right }
    }
    return false
  }

  private static func sortable(_ value: JSONValue?) -> (Int, String) {
    switch value {
    case .integer(let number): (number, "")
    case .boolean(let flag): (flag ? 1 : 0, "")
    case .string(let text): (0, text)
    case nil, .null, .number, .array, .object: (0, "")
    }
  }

  private func fromMarker(_ documents: [JSONValue]) throws(APIError) -> (ArraySlice<JSONValue>, whole: [JSONValue]) {
    guard let marker else { return (documents[...], documents) }
    guard let index = documents.firstIndex(where: { $0["id"]?.string == marker }) else {
      throw .badRequest("Invalid input for marker. Reason: '\(marker)' is not in the list.")
    }
    return (pageReverse ? documents[..<index] : documents[(index + 1)...], documents)
  }

  private func cut(_ list: (rest: ArraySlice<JSONValue>, whole: [JSONValue])) -> Page {
    guard let limit else { return Page(documents: list.rest.map(shown)) }
    let page = pageReverse ? list.rest.suffix(limit) : list.rest.prefix(limit)
    var result = Page(documents: page.map(shown))
    if page.endIndex < list.whole.endIndex { result.next = page.last?["id"]?.string }
    if page.startIndex > list.whole.startIndex { result.previous = page.first?["id"]?.string }
    return result
  }

  /// The document with only the fields that were asked for.
  func shown(_ document: JSONValue) -> JSONValue {
    guard !fields.isEmpty, let members = document.members else { return document }
    return .object(members.filter { fields.contains($0.name) })
  }

  /// Whether a page's size was asked for, so that it has links.
  var isPaged: Bool { limit != nil }
}
