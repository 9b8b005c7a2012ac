import NetworkTypes

extension DHCPOptionValue {
  /// Reads what an operator wrote.
  ///
  /// Items have commas between them, with blanks around or not, and the whole may stand in braces: `10.0.0.2,10.0.0.3`.
  /// Routes and pairs are items in turns: `169.254.169.254/32,10.0.0.1`. `0x` and hexadecimal digits are the bytes of
  /// any option's value; so are pairs of digits with colons between where the value is bytes. Sub-options of a vendor
  /// can be numbers and bytes: `6=0x08,10=0x00`. Text may stand in quotes, with `\` before a quote or another `\`, and
  /// must where it begins with `0x`.
  ///
  /// - Parameters:
  ///   - text: the value.
  ///   - code: which option; the value of one without a definition is bytes or text in quotes.
  public init(text: String, of code: DHCPOptionCode) throws(DHCPOptionTextError) {
    let definition = DHCPOptionDefinition(of: code)
    let name = definition?.name ?? String(code.rawValue)
    switch try DHCPOptionValue.parse(text, definition?.kind ?? .bytes, name) {
    case .value(let value): self = value
    case .bytes(let bytes):
      do throws(DHCPOptionError) {
        self = try DHCPOptionValue(decoding: bytes, of: code)
      } catch {
        throw .invalidBytes(name: name, error)
      }
    }
    if let limits = definition?.limits { try check(limits, name) }
  }

  private static func parse(
    _ text: String, _ kind: DHCPOptionKind, _ name: String
  ) throws(DHCPOptionTextError) -> ParsedOptionText {
    if text.hasPrefix("0x"), let bytes = hexBytes(text.dropFirst(2)) { return .bytes(bytes) }
    do throws(OptionTextProblem) {
      return try ParsedOptionText(text, kind)
    } catch {
      throw .invalidValue(name: name, found: error.found, expected: error.expected)
    }
  }

  private func check(_ limits: ClosedRange<UInt32>, _ name: String) throws(DHCPOptionTextError) {
    let numbers: [UInt32] =
      switch self {
      case .uint8(let value): [UInt32(value)]
      case .uint16(let value): [UInt32(value)]
      case .uint32(let value): [value]
      case .uint16List(let values): values.map(UInt32.init)
      default: []
      }
    for number in numbers where !limits.contains(number) {
      throw .outOfLimits(name: name, found: number, limits: limits)
    }
  }
}
