import NetworkTypes

/// The items of an operator's text: between commas, without blanks around them, and without braces around the whole.
struct OptionTextItems {
  let text: String
  let items: [String]

  init(_ text: String) {
    self.text = text
    var whole = trimmed(text)
    if whole.hasPrefix("{"), whole.hasSuffix("}") { whole = whole.dropFirst().dropLast() }
    items = whole.split(separator: ",", omittingEmptySubsequences: false).map { String(trimmed($0)) }
  }

  func flag() throws(OptionTextProblem) -> Bool {
    switch trimmed(text).lowercased() {
    case "1", "true": return true
    case "0", "false": return false
    default: throw OptionTextProblem(found: text, expected: "1 or 0, true or false")
    }
  }

  func number<Number: FixedWidthInteger>() throws(OptionTextProblem) -> Number {
    try OptionTextItems.number(String(trimmed(text)))
  }

  func numbers<Number: FixedWidthInteger>() throws(OptionTextProblem) -> [Number] {
    try each { (item) throws(OptionTextProblem) in try OptionTextItems.number(item) }
  }

  func address() throws(OptionTextProblem) -> IPv4Address {
    try OptionTextItems.address(String(trimmed(text)))
  }

  func addresses() throws(OptionTextProblem) -> [IPv4Address] {
    try each { (item) throws(OptionTextProblem) in try OptionTextItems.address(item) }
  }

  func addressPairs() throws(OptionTextProblem) -> [DHCPAddressPair] {
    try pairs("IPv4 addresses in pairs") { (first, second) throws(OptionTextProblem) in
      DHCPAddressPair(try OptionTextItems.address(first), try OptionTextItems.address(second))
    }
  }

  func routes() throws(OptionTextProblem) -> [DHCPClasslessRoute] {
    try pairs("prefixes and routers in turns") {
      (first, second) throws(OptionTextProblem) in
      guard let prefix = IPv4Prefix(first) else {
        throw OptionTextProblem(found: first, expected: "an IPv4 prefix such as 192.0.2.0/24, without host bits")
      }
      return DHCPClasslessRoute(destination: prefix, router: try OptionTextItems.address(second))
    }
  }

  func domainName() throws(OptionTextProblem) -> DHCPDomainName {
    try OptionTextItems.domainName(String(trimmed(text)))
  }

  func domainNames() throws(OptionTextProblem) -> [DHCPDomainName] {
    guard items.count <= DHCPDomainName.mostInList else {
      throw OptionTextProblem(found: text, expected: "at most \(DHCPDomainName.mostInList) domain names")
    }
    return try each { (item) throws(OptionTextProblem) in try OptionTextItems.domainName(item) }
  }

  /// A code and bytes for each, such as `6=0x08`; they get the end that boot loaders insist on.
  func vendorSuboptions() throws(OptionTextProblem) -> DHCPVendorSuboptions {
    let suboptions = try each { (item) throws(OptionTextProblem) in
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let first = parts.first, let second = parts.last, let code = UInt8(first),
        second.hasPrefix("0x"), let bytes = hexBytes(second.dropFirst(2)), let suboption = DHCPSuboption(code, bytes)
      else {
        throw OptionTextProblem(found: item, expected: "a sub-option's number and at most 255 bytes, such as 6=0x08")
      }
      return suboption
    }
    guard let value = DHCPVendorSuboptions(suboptions) else {
      throw OptionTextProblem(found: text, expected: "sub-options with numbers of 1 to 254")
    }
    return value
  }

  func sixRapidDeployment() throws(OptionTextProblem) -> DHCPSixRapidDeployment {
    let relays = items.dropFirst(2).compactMap(IPv4Address.init)
    guard let first = items.first, let length = Int(first),
      let prefix = items.dropFirst().first.flatMap({ IPv6Prefix($0) }),
      relays.count == items.count - 2,
      let value = DHCPSixRapidDeployment(ipv4MaskLength: length, prefix: prefix, relays: relays)
    else {
      throw OptionTextProblem(
        found: text, expected: "a mask length, an IPv6 prefix and IPv4 addresses, such as 0,2001:db8::/32,192.0.2.1")
    }
    return value
  }

  private func each<Element>(
    _ read: (String) throws(OptionTextProblem) -> Element
  ) throws(OptionTextProblem) -> [Element] {
    var elements: [Element] = []
    for item in items { elements.append(try read(item)) }
    return elements
  }

  private func pairs<Element>(
    _ expected: String, _ read: (String, String) throws(OptionTextProblem) -> Element
  ) throws(OptionTextProblem) -> [Element] {
    guard items.count.isMultiple(of: 2) else { throw OptionTextProblem(found: text, expected: expected) }
    var elements: [Element] = []
    var iterator = items.makeIterator()
    while let first = iterator.next(), let second = iterator.next() { elements.append(try read(first, second)) }
    return elements
  }

  private static func number<Number: FixedWidthInteger>(_ item: String) throws(OptionTextProblem) -> Number {
    guard let number = Number(item), item.first != "+" else {
      throw OptionTextProblem(found: item, expected: "a number of \(Number.min) to \(Number.max)")
    }
    return number
  }

  private static func address(_ item: String) throws(OptionTextProblem) -> IPv4Address {
    guard let address = IPv4Address(item) else {
      throw OptionTextProblem(found: item, expected: "an IPv4 address such as 192.0.2.1")
    }
    return address
  }

  private static func domainName(_ item: String) throws(OptionTextProblem) -> DHCPDomainName {
    guard let name = DHCPDomainName(item) else {
      throw OptionTextProblem(found: item, expected: "a domain name such as example.test")
    }
    return name
  }
}

/// The text without blanks at its ends.
private func trimmed(_ text: some StringProtocol) -> Substring {
  var text = Substring(text)
  while text.first == " " { text.removeFirst() }
  while text.last == " " { text.removeLast() }
  return text
}
