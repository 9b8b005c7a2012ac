/// Sends a packet to a controller (Nicira's controller action, and controller2 for what that has no room for).
public struct ControllerAction: Hashable, Sendable {
  /// The most bytes of the packet to send; 0xffff for all of it.
  public var maxLength: UInt16
  /// The controllers to send it to: those with this id.
  public var controllerID: UInt16
  /// The reason that the packet-in gives; 1 is "action".
  public var reason: UInt8
  /// Bytes that come with the packet-in, to tell flows apart.
  public var userdata: [UInt8]
  /// Whether the packet waits for the controller to resume it.
  public var pause: Bool
  /// The meter that limits it.
  public var meter: UInt32?
  /// Whether it is controller2 although controller could say the same: Open vSwitch keeps them apart.
  public var prefersProperties: Bool

  /// What is not said is as an action that says nothing has it: the whole packet, to controllers with id 0.
  public init(
    maxLength: UInt16 = .max, controllerID: UInt16 = 0, reason: UInt8 = 1, userdata: [UInt8] = [], pause: Bool = false,
    meter: UInt32? = nil, prefersProperties: Bool = false
  ) {
    self.maxLength = maxLength
    self.controllerID = controllerID
    self.reason = reason
    self.userdata = userdata
    self.pause = pause
    self.meter = meter
    self.prefersProperties = prefersProperties
  }

  /// Whether it is written as controller2.
  var hasProperties: Bool { prefersProperties || !userdata.isEmpty || pause || meter != nil }
}

extension ControllerAction {
  private enum Property {
    static let maxLength: UInt16 = 0
    static let controllerID: UInt16 = 1
    static let reason: UInt16 = 2
    static let userdata: UInt16 = 3
    static let pause: UInt16 = 4
    static let meter: UInt16 = 5
  }

  /// Appends what follows the number of the action.
  func encodeBody(to bytes: inout [UInt8]) {
    guard hasProperties else {
      bytes.appendInteger(maxLength)
      bytes.appendInteger(controllerID)
      bytes.append(reason)
      bytes.append(0)
      return
    }
    bytes.appendZeros(6)
    encodeProperties(to: &bytes)
  }

  /// Appends a property for everything that is not as it would be without one, each padded to eight bytes. The length of
  /// a property of 16 bits counts its padding, that of the others does not: so Open vSwitch writes them (ofp-prop.c).
  private func encodeProperties(to bytes: inout [UInt8]) {
    let property = { (type: UInt16, bytes: inout [UInt8], write: (inout [UInt8]) -> Void) in
      let start = bytes.count
      bytes.appendInteger(type)
      bytes.appendZeros(2)
      write(&bytes)
      bytes.setLength(bytes.count - start, at: start + 2)
      bytes.padToEight(from: start)
    }
    if maxLength != .max { property(Property.maxLength, &bytes) { $0.appendInteger(UInt32(maxLength) << 16) } }
    if controllerID != 0 { property(Property.controllerID, &bytes) { $0.appendInteger(UInt32(controllerID) << 16) } }
    if reason != 1 { property(Property.reason, &bytes) { $0.append(reason) } }
    if !userdata.isEmpty { property(Property.userdata, &bytes) { $0 += userdata } }
    if pause { property(Property.pause, &bytes) { _ in } }
    if let meter { property(Property.meter, &bytes) { $0.appendInteger(meter) } }
  }

  /// Reads what follows the number of a controller action.
  init(plain reader: inout WireReader) throws(MalformedMessage) {
    let maxLength = try reader.integer(UInt16.self)
    let controllerID = try reader.integer(UInt16.self)
    self.init(maxLength: maxLength, controllerID: controllerID, reason: try reader.integer())
  }

  /// Reads what follows the number of a controller2 action; nil when there is a property that is not known here.
  init?(properties reader: inout WireReader) throws(MalformedMessage) {
    self.init()
    try reader.skip(6)
    while !reader.isAtEnd {
      let type = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      guard length >= 4 else { throw reader.malformed("a property of \(length) bytes has no room for its header") }
      var value = try reader.sub(length - 4)
      try reader.skip(min(reader.remaining, roundedUpToEight(length) - length))
      switch type {
      case Property.maxLength: maxLength = try value.integer()
      case Property.controllerID: controllerID = try value.integer()
      case Property.reason: reason = try value.integer()
      case Property.userdata: userdata = value.takeRest()
      case Property.pause: pause = true
      case Property.meter: meter = try value.integer()
      default: return nil
      }
    }
    prefersProperties = !hasProperties
  }
}
