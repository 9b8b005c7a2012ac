// What a host has a hundred thousand of are flows that differ in a few numbers: where a MAC address is, who has an address.
// To put the values together and to encode them takes ten times as long as to copy the bytes of such a flow that has been
// encoded before, and to put the numbers into their places.

/// A flow with places for numbers, encoded once.
///
/// The flow that it makes is the one that its recipe makes of the same numbers, byte for byte. That is so when the numbers
/// are nothing but copied, as addresses, registers and ports are; the recipe is tried when the template is made.
///
/// ```
/// let forwarding = FlowTemplate { numbers in
///   Flow(…, match: Match([.ethDst(numbers.mac(0))]), instructions: [.applyActions([.setField(.tunnelDst(numbers.ipv4(1)))])])
/// }
/// let flow = forwarding.flow(cookie: cookie, FlowNumbers(mac.rawValue, UInt64(remote.rawValue)))
/// ```
public struct FlowTemplate: Sendable {
  /// Where a number is in the bytes.
  private struct Place: Sendable {
    let start: Int
    let end: Int
    let number: Int
  }

  private let sample: Flow
  private let matchPlaces: [Place]
  private let instructionPlaces: [Place]

  /// The template of the flows that `recipe` makes.
  ///
  /// - Precondition: The flows differ in copies of the numbers only. A recipe is written in a program, and is not wrong for
  ///   some numbers alone.
  public init(_ recipe: (FlowNumbers) -> Flow) {
    let sample = recipe(FlowNumbers())
    var matchPlaces: [Place] = []
    var instructionPlaces: [Place] = []
    for number in 0..<FlowNumbers.count {
      let flow = recipe(FlowNumbers(marking: number))
      matchPlaces += FlowTemplate.places(of: number, sample.match.bytes, flow.match.bytes)
      instructionPlaces += FlowTemplate.places(of: number, sample.instructionBytes, flow.instructionBytes)
    }
    self.sample = sample
    self.matchPlaces = matchPlaces
    self.instructionPlaces = instructionPlaces
    let expected = recipe(.trial)
    precondition(flow(cookie: expected.cookie, .trial) == expected, FlowTemplate.mistake)
  }

  /// The flow with these numbers in their places.
  ///
  /// - Parameter priority: Another priority than the recipe's.
  public func flow(cookie: UInt64, priority: UInt16? = nil, _ numbers: FlowNumbers) -> Flow {
    Flow(
      table: sample.table, priority: priority ?? sample.priority, cookie: cookie,
      match: Match(encoded: FlowTemplate.fill(sample.match.bytes, matchPlaces, numbers)),
      instructionBytes: FlowTemplate.fill(sample.instructionBytes, instructionPlaces, numbers),
      idleTimeout: sample.idleTimeout, hardTimeout: sample.hardTimeout, flags: sample.flags)
  }

  private static let mistake = "the flows of a template differ in more than copies of numbers"

  /// Runs of bytes that differ, cut where the number ends.
  private static func places(of number: Int, _ without: [UInt8], _ with: [UInt8]) -> [Place] {
    precondition(without.count == with.count, mistake)
    var places: [Place] = []
    var start: Int?
    for offset in with.indices where with[offset] != without[offset] {
      let first = start ?? offset
      start = first
      guard with[offset] == FlowNumbers.lastMark else { continue }
      places.append(Place(start: first, end: offset + 1, number: number))
      start = nil
    }
    precondition(start == nil, mistake)
    return places
  }

  private static func fill(_ sample: [UInt8], _ places: [Place], _ numbers: FlowNumbers) -> [UInt8] {
    // Made anew, and not copied because it is written to: that takes half the time.
    var bytes = sample.withUnsafeBytes { [UInt8]($0) }
    bytes.withUnsafeMutableBytes { bytes in
      for place in places {
        var value = numbers[place.number]
        var offset = place.end
        while offset > place.start {
          offset -= 1
          bytes[offset] = UInt8(truncatingIfNeeded: value)
          value >>= 8
        }
      }
    }
    return bytes
  }
}
