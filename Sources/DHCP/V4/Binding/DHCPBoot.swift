import NetworkTypes

/// What a guest that boots from the network is told (RFC 2132 sections 9.4 and 9.5, RFC 4578).
public struct DHCPBoot: Hashable, Sendable {
  /// The server that files come from, in siaddr; nil leaves that zero.
  public var nextServer: IPv4Address?
  /// The server's name: option 66, and the sname field.
  public var serverName: String?
  /// The file for every client that nothing below is for: option 67, and the file field.
  public var file: String?
  /// Files by the client's architecture (option 93; 0 BIOS, 7 and 9 x86-64 UEFI, 11 ARM64 UEFI, …).
  public var files: [UInt16: String]
  /// The file, usually a script's URL, for a client that is iPXE already (option 77 or 175 says so).
  public var ipxeFile: String?
  /// The file for a client that is not iPXE, in the place of `file`.
  public var firmwareFile: String?

  /// All parts.
  public init(
    nextServer: IPv4Address? = nil, serverName: String? = nil, file: String? = nil, files: [UInt16: String] = [:],
    ipxeFile: String? = nil, firmwareFile: String? = nil
  ) {
    self.nextServer = nextServer
    self.serverName = serverName
    self.file = file
    self.files = files
    self.ipxeFile = ipxeFile
    self.firmwareFile = firmwareFile
  }
}

/// The same, encoded.
final class DHCPCompiledBoot: Sendable {
  let nextServer: IPv4Address
  let serverName: [UInt8]
  private let file: [UInt8]
  private let files: [(architecture: UInt16, name: [UInt8])]
  private let ipxeFile: [UInt8]?
  private let firmwareFile: [UInt8]?

  /// Whether clients that boot over HTTP are given their class back; not where an operator has given another.
  let answersHTTPClients: Bool

  init(_ boot: DHCPBoot, answersHTTPClients: Bool) {
    self.answersHTTPClients = answersHTTPClients
    nextServer = boot.nextServer ?? .any
    serverName = Array((boot.serverName ?? "").utf8)
    file = Array((boot.file ?? "").utf8)
    files = boot.files.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) }
    ipxeFile = boot.ipxeFile.map { Array($0.utf8) }
    firmwareFile = boot.firmwareFile.map { Array($0.utf8) }
  }

  /// The file for a client; empty for none.
  func file(for wishes: DHCPWishes) -> [UInt8] {
    // What is for firmware would have iPXE load itself again.
    guard !wishes.isIPXE else { return ipxeFile ?? file }
    let other = firmwareFile ?? file
    guard let architecture = wishes.architecture else { return other }
    return files.first { $0.architecture == architecture }?.name ?? other
  }
}
