/// What is read from and written to the wire in one piece: the body of a message, or one entry of a list in it.
protocol WireValue: SendableMetatype {
  /// Reads the value at the cursor and moves past it. It reads at least one byte when it is an entry of a list.
  init(_ reader: inout WireReader) throws(MalformedMessage)

  /// Appends the value; a body without the message's header.
  func encodeBody(to bytes: inout [UInt8])
}

extension WireReader {
  /// Reads values until nothing is left.
  mutating func list<Value: WireValue>(of type: Value.Type = Value.self) throws(MalformedMessage) -> [Value] {
    var values: [Value] = []
    try appendList(to: &values)
    return values
  }

  /// Reads values until nothing is left, behind those that there are.
  mutating func appendList<Value: WireValue>(to values: inout [Value]) throws(MalformedMessage) {
    while !isAtEnd {
      let before = offset
      values.append(try Value(&self))
      guard offset > before else { throw malformed("an entry of a list has no bytes") }
    }
  }

  /// Throws when there is something left: the structure ends here.
  func requireEnd() throws(MalformedMessage) {
    guard isAtEnd else { throw malformed("expected the end, \(remaining) more bytes are there") }
  }
}

extension [UInt8] {
  /// Appends the values one after the other.
  mutating func appendList(_ values: [some WireValue]) {
    for value in values { value.encodeBody(to: &self) }
  }
}

/// No bytes at all.
struct EmptyBody: WireValue {
  init() {}
  init(_ reader: inout WireReader) throws(MalformedMessage) {}
  func encodeBody(to bytes: inout [UInt8]) {}
}

/// All the bytes that there are.
struct BytesBody: WireValue {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    bytes = reader.takeRest()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes += self.bytes
  }
}

/// A number with zeros before and after it.
struct PaddedNumber<Number: FixedWidthInteger & UnsignedInteger>: WireValue {
  let number: Number

  init(_ number: Number) {
    self.number = number
  }

  /// 16 bits are at the end of eight bytes, 32 bits at their beginning: so the messages that hold one number have them.
  private static var zerosBefore: Int { Number.bitWidth == 16 ? 6 : 0 }
  private static var zerosAfter: Int { Number.bitWidth == 16 ? 0 : 4 }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    try reader.skip(Self.zerosBefore)
    number = try reader.integer()
    try reader.skip(Self.zerosAfter)
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendZeros(Self.zerosBefore)
    bytes.appendInteger(number)
    bytes.appendZeros(Self.zerosAfter)
  }
}

/// One number of 32 bits.
struct PlainNumber: WireValue {
  let number: UInt32

  init(_ number: UInt32) {
    self.number = number
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    number = try reader.integer()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(number)
  }
}

/// Values one after the other.
struct ListBody<Value: WireValue>: WireValue {
  let values: [Value]

  init(_ values: [Value]) {
    self.values = values
  }

  init(_ reader: inout WireReader) throws(MalformedMessage) {
    values = try reader.list()
  }

  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendList(values)
  }
}
