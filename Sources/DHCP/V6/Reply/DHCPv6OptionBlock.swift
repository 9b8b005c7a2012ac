import NetworkTypes
import PacketFormats

/// Configured options, encoded once, and where each is. They stand in the order in which they matter: what does not fit
/// into a reply is left out from the end.
struct DHCPv6OptionBlock: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    let code: DHCPv6OptionCode
    /// Where the option is, with its header.
    let range: Range<Int>
  }

  private(set) var bytes: [UInt8] = []
  private(set) var entries: [Entry] = []

  init(_ configuration: DHCPv6Configuration) throws(DHCPv6ConfigurationError) {
    if !configuration.dnsServers.isEmpty { add(.dnsServers, .addresses(configuration.dnsServers)) }
    try addDomainList(configuration.domainSearch)
    try add(.bootFileURL, text: configuration.bootFileURL, field: "boot file URL")
    try addBootFileParameters(configuration)
    if !configuration.timeServers.isEmpty {
      add(.ntpServer, .ntp(configuration.timeServers.map { .server($0) }))
      add(.sntpServers, .addresses(configuration.timeServers))
    }
    try add(.captivePortal, text: configuration.captivePortal, field: "captive portal")
    try add(.solMaxRT, configuration.solMaxRT, in: 60...86_400, field: "SOL_MAX_RT")
    try add(.infMaxRT, configuration.infMaxRT, in: 60...86_400, field: "INF_MAX_RT")
    try add(
      .informationRefreshTime, configuration.informationRefreshTime, in: 600...UInt32.max,
      field: "information refresh time")
    for option in configuration.otherOptions {
      guard DHCPv6OptionBlock.isFree(option.code) else { throw .reservedOption(option.code) }
      add(option.code, option.value)
      guard let last = entries.last, last.range.count <= DHCPv6Binding.longestText + 4 else {
        throw .tooLong(
          field: "option \(option.code)", bytes: (entries.last?.range.count ?? 4) - 4, limit: DHCPv6Binding.longestText)
      }
    }
  }

  /// Appends the options that `isWanted` says, each only if the buffer then has at most `limit` bytes.
  @inline(__always)
  func write(to buffer: inout [UInt8], limit: Int, isWanted: (DHCPv6OptionCode) -> Bool) {
    let source = bytes.span.bytes
    for entry in entries where entry.range.count <= limit - buffer.count && isWanted(entry.code) {
      buffer.append(source, entry.range)
    }
  }

  private mutating func add(_ code: DHCPv6OptionCode, _ value: DHCPv6OptionValue) {
    let start = bytes.count
    DHCPv6Option(code, value).write(to: &bytes)
    entries.append(Entry(code: code, range: start..<bytes.count))
  }

  private mutating func addDomainList(_ names: [String]) throws(DHCPv6ConfigurationError) {
    guard !names.isEmpty else { return }
    var length = 0
    for name in names {
      var encoded: [UInt8] = []
      guard name != ".", encoded.appendDomainName(name) else { throw .invalidName(field: "search domain", name) }
      length += encoded.count
    }
    guard length <= DHCPv6Binding.longestText else {
      throw .tooLong(field: "search domains", bytes: length, limit: DHCPv6Binding.longestText)
    }
    add(.domainList, .domains(names))
  }

  private mutating func addBootFileParameters(
    _ configuration: DHCPv6Configuration
  ) throws(DHCPv6ConfigurationError) {
    // Parameters of nothing mean nothing (RFC 5970 section 3.2).
    guard !configuration.bootFileParameters.isEmpty, !(configuration.bootFileURL ?? "").isEmpty else { return }
    let strings = configuration.bootFileParameters.map { Array($0.utf8) }
    let length = strings.reduce(0) { $0 + $1.count + 2 }
    guard length <= DHCPv6Binding.longestText else {
      throw .tooLong(field: "boot file parameters", bytes: length, limit: DHCPv6Binding.longestText)
    }
    add(.bootFileParameters, .strings(strings))
  }

  private mutating func add(
    _ code: DHCPv6OptionCode, text: String?, field: String
  ) throws(DHCPv6ConfigurationError) {
    guard let text, !text.isEmpty else { return }
    guard text.utf8.count <= DHCPv6Binding.longestText else {
      throw .tooLong(field: field, bytes: text.utf8.count, limit: DHCPv6Binding.longestText)
    }
    add(code, .text(text))
  }

  private mutating func add(
    _ code: DHCPv6OptionCode, _ seconds: UInt32?, in range: ClosedRange<UInt32>, field: String
  ) throws(DHCPv6ConfigurationError) {
    guard let seconds else { return }
    guard range.contains(seconds) else { throw .outOfRange(field: field, seconds) }
    add(code, .uint32(seconds))
  }

  /// Whether an option may be given beside the fields of the configuration: not one of the exchange itself, which RFC
  /// 8415 section 21 numbers up to 20 but for classes and vendor options, nor one that has a field.
  private static func isFree(_ code: DHCPv6OptionCode) -> Bool {
    switch code {
    case .vendorOptions: true
    case .dnsServers, .domainList, .iaPD, .iaPrefix, .sntpServers, .informationRefreshTime, .clientFQDN, .ntpServer,
      .bootFileURL, .bootFileParameters, .solMaxRT, .infMaxRT, .captivePortal:
      false
    default: code.rawValue > 20
    }
  }
}
