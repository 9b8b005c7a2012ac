extension DHCPOptionCode {
  static let vendorClassIdentifier = DHCPOptionCode(rawValue: 60)
  static let tftpServerName = DHCPOptionCode(rawValue: 66)
  static let bootFileName = DHCPOptionCode(rawValue: 67)
  static let userClass = DHCPOptionCode(rawValue: 77)
  static let rapidCommit = DHCPOptionCode(rawValue: 80)
  static let clientFQDN = DHCPOptionCode(rawValue: 81)
  static let clientArchitecture = DHCPOptionCode(rawValue: 93)
  static let clientMachineIdentifier = DHCPOptionCode(rawValue: 97)
  static let ipv6OnlyPreferred = DHCPOptionCode(rawValue: 108)
  static let ipxe = DHCPOptionCode(rawValue: 175)
}
