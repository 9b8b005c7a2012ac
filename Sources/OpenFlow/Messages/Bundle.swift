/// ONF extension 230: messages that take effect together or not at all.
public struct BundleControl: Hashable, Sendable {
  /// What is asked for or answered; the answer's number is one more than the question's.
  public enum Kind: UInt16, Sendable, CaseIterable {
    case openRequest = 0
    case openReply = 1
    case closeRequest = 2
    case closeReply = 3
    case commitRequest = 4
    case commitReply = 5
    case discardRequest = 6
    case discardReply = 7
  }

  /// Both flags: in order, and all or nothing.
  static let atomicOrdered: UInt16 = 3
  static let controlSubtype: UInt32 = 2300
  static let addSubtype: UInt32 = 2301
  /// The bytes of a bundle-add before the message that it carries.
  static let addOverhead = 24

  /// The number of the bundle, which the one who opens it chooses.
  public var bundle: UInt32
  /// What is asked for or answered.
  public var kind: Kind
  /// 1 all or nothing, 2 in order.
  public var flags: UInt16

  /// A request about a bundle, or its answer.
  public init(bundle: UInt32, kind: Kind, flags: UInt16 = 3) {
    self.bundle = bundle
    self.kind = kind
    self.flags = flags
  }

  /// Reads the body after the experimenter's numbers.
  init(_ reader: inout WireReader) throws(MalformedMessage) {
    self.bundle = try reader.integer()
    let start = reader
    guard let kind = Kind(rawValue: try reader.integer()) else {
      throw start.malformed("expected a bundle control type of 0 to 7")
    }
    self.kind = kind
    self.flags = try reader.integer()
  }

  /// The length of the whole message.
  static let length = 24

  /// Reads a whole message, if it is one about a bundle; nil when it has to be read in the general way.
  ///
  /// What a change waits for is the answer to its bundle: it is read without making a message of it.
  static func read(message bytes: [UInt8]) -> (xid: UInt32, control: BundleControl)? {
    guard bytes.count == length else { return nil }
    func word(_ offset: Int) -> UInt64 {
      bytes.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }
    let (header, numbers, body) = (word(0), word(8), word(16))
    let expected = UInt64(MessageHeader.version13) << 24 | UInt64(MessageType.experimenter.rawValue) << 16
    guard header >> 32 == expected | UInt64(length),
      numbers == UInt64(Experimenter.onf) << 32 | UInt64(controlSubtype),
      let kind = Kind(rawValue: UInt16(truncatingIfNeeded: body >> 16))
    else { return nil }
    let bundle = UInt32(truncatingIfNeeded: body >> 32)
    return (
      UInt32(truncatingIfNeeded: header),
      BundleControl(bundle: bundle, kind: kind, flags: UInt16(truncatingIfNeeded: body))
    )
  }

  func encode(to bytes: inout [UInt8], xid: UInt32) {
    bytes.appendHeader(type: .experimenter, length: BundleControl.length, xid: xid)
    bytes.appendInteger(Experimenter.onf)
    bytes.appendInteger(BundleControl.controlSubtype)
    encodeBody(to: &bytes)
  }

  /// Appends the body after the experimenter's numbers.
  func encodeBody(to bytes: inout [UInt8]) {
    bytes.appendInteger(bundle)
    bytes.appendInteger(kind.rawValue)
    bytes.appendInteger(flags)
  }
}

/// A change that the switch would not take, and why.
public struct BundleRefusal: Hashable, Sendable {
  /// Which of the changes that were to be committed.
  public let index: Int
  /// What the switch said.
  public let error: OpenFlowError

  /// A refusal of the change at `index`.
  public init(index: Int, error: OpenFlowError) {
    self.index = index
    self.error = error
  }
}

extension BundleRefusal: CustomStringConvertible {
  /// `change 3: OFPBAC_BAD_OUT_PORT (…)`.
  public var description: String { "change \(index): \(error)" }
}

/// Everything of a bundle up to its closing, encoded: the transaction ids are consecutive, first the opening, then one
/// for each change, then closing, and last committing or discarding. A bundle of one change is not closed but committed.
public struct EncodedBundle: Sendable {
  let firstXID: UInt32
  /// How many changes there are.
  public let count: Int
  /// Whole messages, about 64 kB in each piece.
  let pieces: [[UInt8]]
  /// Changes too long for any message: the bundle must not be sent when there are some.
  public let refusals: [BundleRefusal]

  /// How many transaction ids a bundle of `count` changes takes.
  public static func xidCount(for count: Int) -> Int { count + 3 }

  /// Encodes a bundle. `firstXID` and the ids after it must be free, and none of them wrap around.
  public init(_ mods: [FlowMod], firstXID: UInt32) {
    var builder = BundleBuilder(firstXID: firstXID)
    var body: [UInt8] = []
    for mod in mods {
      body.removeAll(keepingCapacity: true)
      mod.encodeBody(to: &body)
      builder.append(.flowMod, body: body[...])
    }
    self = builder.finish()
  }

  init(firstXID: UInt32, count: Int, pieces: [[UInt8]], refusals: [BundleRefusal]) {
    self.firstXID = firstXID
    self.count = count
    self.pieces = pieces
    self.refusals = refusals
  }

  init(firstXID: UInt32, count: Int) {
    self.firstXID = firstXID
    self.count = count
    self.pieces = []
    self.refusals = []
  }

  /// All of it in one piece; the commit is in it only when it has a single change.
  public var bytes: [UInt8] { pieces.flatMap(\.self) }

  /// The flow modifications in it, decoded: what a switch would read.
  public func flowMods() throws(MalformedMessage) -> [FlowMod] {
    var mods: [FlowMod] = []
    for piece in pieces {
      var reader = WireReader(piece, structure: "bundle")
      while !reader.isAtEnd {
        let length = Int(try reader.peek(UInt16.self, at: 2))
        var message = try reader.sub(length)
        guard length > BundleControl.addOverhead + MessageHeader.size else { continue }  // opening and closing
        try message.skip(BundleControl.addOverhead)
        guard try message.peek(UInt8.self, at: 1) == MessageType.flowMod.rawValue else { continue }
        try message.skip(MessageHeader.size)
        mods.append(try FlowMod(&message))
      }
    }
    return mods
  }

  /// What is needed to recognise answers, without the bytes.
  var withoutPieces: EncodedBundle { EncodedBundle(firstXID: firstXID, count: count) }

  /// Whether the commit is part of it; see `BundleProgress`.
  var commitsAtOnce: Bool { count == 1 }

  var closeXID: UInt32 { firstXID &+ UInt32(truncatingIfNeeded: count) &+ 1 }
  var endXID: UInt32 { closeXID &+ 1 }

  /// Whether an answer with this id is about this bundle.
  func contains(xid: UInt32) -> Bool { xid >= firstXID && xid <= endXID }

  /// Which change has this id.
  func index(of xid: UInt32) -> Int? {
    xid > firstXID && xid < closeXID ? Int(xid - firstXID) - 1 : nil
  }
}
