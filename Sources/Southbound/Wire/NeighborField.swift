/// The fields of `alioth.southbound.v1.Resource` and `alcor.schema.NeighborConfiguration`.
enum NeighborField {
  static let neighbor: UInt64 = 3

  static let revisionNumber: UInt64 = 1
  static let id: UInt64 = 3
  static let updateType: UInt64 = 4
  static let vpcID: UInt64 = 5
  static let macAddress: UInt64 = 7
  static let hostIPAddress: UInt64 = 9
  static let fixedIPs: UInt64 = 10
  static let revision: UInt64 = 1000
  static let securityGroupIDs: UInt64 = 1001

  static let neighborType: UInt64 = 1
  static let subnetID: UInt64 = 2
  static let ipAddress: UInt64 = 3
}
