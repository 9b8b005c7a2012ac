import NetworkTypes

/// What is wrong with an operator's text, or with the item of it that is named.
struct OptionTextProblem: Error {
  let found: String
  let expected: String
}

/// An operator's text as the value that it is, or as the bytes of one.
enum ParsedOptionText {
  case value(DHCPOptionValue)
  case bytes([UInt8])

  /// Reads text that is not in hexadecimal.
  init(_ text: String, _ kind: DHCPOptionKind) throws(OptionTextProblem) {
    let items = OptionTextItems(text)
    switch kind {
    case .empty:
      guard text.isEmpty else { throw OptionTextProblem(found: text, expected: "empty, as this option's value is") }
      self = .value(.empty)
    case .flag: self = .value(.flag(try items.flag()))
    case .uint8: self = .value(.uint8(try items.number()))
    case .uint16: self = .value(.uint16(try items.number()))
    case .uint32: self = .value(.uint32(try items.number()))
    case .int32: self = .value(.int32(try items.number()))
    case .uint8List: self = .value(.uint8List(try items.numbers()))
    case .uint16List: self = .value(.uint16List(try items.numbers()))
    case .architectures:
      self = .value(.architectures(try items.numbers().map(DHCPClientArchitecture.init(rawValue:))))
    case .address: self = .value(.address(try items.address()))
    case .optionalAddressList where text.isEmpty: self = .value(.addressList([]))
    case .addressList, .optionalAddressList: self = .value(.addressList(try items.addresses()))
    case .addressPairs: self = .value(.addressPairs(try items.addressPairs()))
    case .domainName: self = .value(.domainName(try OptionTextItems(try unquoted(text)).domainName()))
    case .domainList: self = .value(.domainList(try items.domainNames()))
    case .classlessRoutes: self = .value(.classlessRoutes(try items.routes()))
    case .sipServers:
      let addresses = items.items.compactMap(IPv4Address.init)
      let isAddresses = addresses.count == items.items.count
      self = .value(.sipServers(isAddresses ? .addresses(addresses) : .names(try items.domainNames())))
    case .sixRapidDeployment: self = .value(.sixRapidDeployment(try items.sixRapidDeployment()))
    case .text: self = .bytes(Array(try unquoted(text).utf8))
    case .machineIdentifier:
      guard let bytes = uuidBytes(text) else {
        throw OptionTextProblem(found: text, expected: "a UUID, or 0x and hexadecimal digits")
      }
      self = .bytes([0] + bytes)
    case .vendorSpecific where text.contains("="):
      self = .value(.vendorSuboptions(try items.vendorSuboptions()))
    case .vendorSpecific, .vendorData, .userClass, .clientIdentifier, .clientFQDN, .relayAgentInformation,
      .networkInterface, .bytes:
      self = .bytes(try plainBytes(text))
    }
  }
}

/// Pairs of hexadecimal digits with colons between, or text in quotes.
private func plainBytes(_ text: String) throws(OptionTextProblem) -> [UInt8] {
  if text.hasPrefix("\"") { return Array(try unquoted(text).utf8) }
  let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
  let bytes = pairs.compactMap { pair in pair.utf8.count == 2 ? hexBytes(pair)?.first : nil }
  guard bytes.count == pairs.count else {
    throw OptionTextProblem(found: text, expected: "bytes such as 0x0102 or 01:02, or text in double quotes")
  }
  return bytes
}

/// Text as it is, or what stands between double quotes, with `\` before a quote or another `\`.
func unquoted(_ text: String) throws(OptionTextProblem) -> String {
  guard text.hasPrefix("\"") else {
    guard !text.hasPrefix("0x") else {
      throw OptionTextProblem(found: text, expected: "0x and pairs of hexadecimal digits, nor text in double quotes")
    }
    return text
  }
  var content = ""
  var isEscaped = false
  var isClosed = false
  for character in text.dropFirst() {
    guard !isClosed else { throw OptionTextProblem(found: text, expected: "text in one pair of double quotes") }
    if isEscaped {
      content.append(character)
      isEscaped = false
    } else if character == "\\" {
      isEscaped = true
    } else if character == "\"" {
      isClosed = true
    } else {
      content.append(character)
    }
  }
  guard isClosed else { throw OptionTextProblem(found: text, expected: "text with a double quote at its end too") }
  return content
}

/// Pairs of hexadecimal digits; nil for anything else.
func hexBytes(_ text: some StringProtocol) -> [UInt8]? {
  var bytes: [UInt8] = []
  var high: UInt8?
  for byte in text.utf8 {
    guard let digit = hexDigitValue(byte) else { return nil }
    if let first = high {
      bytes.append(first << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return high == nil ? bytes : nil
}

/// The sixteen bytes of a UUID in groups of 8, 4, 4, 4 and 12 digits.
private func uuidBytes(_ text: String) -> [UInt8]? {
  let groups = text.split(separator: "-", omittingEmptySubsequences: false)
  guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
  return hexBytes(groups.joined())
}
