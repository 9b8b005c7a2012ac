import OpenFlow

/// How full the buckets of a switch's meters are: a value that evaluation takes and gives back.
public struct MeterTable: Sendable {
  private struct State: Sendable {
    var meter: Meter
    var used: ModelTime
    /// A band's bucket, in thousandths of a packet or in bits.
    var buckets: [UInt64]
  }

  private var states: [UInt32: State] = [:]

  /// All buckets full.
  public init() {}

  /// Forgets a meter, which has full buckets then; a meter that was changed is forgotten by itself.
  public mutating func reset(_ id: UInt32) {
    states[id] = nil
  }

  /// Takes a packet of this length out of the meter's buckets. The band that it exceeds, nil when it passes; of several
  /// the one with the highest rate.
  mutating func take(_ length: Int, from meter: Meter, at time: ModelTime) -> Int? {
    let bands = meter.bands
    var state = states[meter.id.rawValue] ?? State(meter: meter, used: time, buckets: [])
    if state.meter != meter || state.buckets.count != bands.count {
      state = State(meter: meter, used: time, buckets: bands.map(MeterTable.capacity))
    }
    let elapsed = time.milliseconds(since: state.used)
    state.used = max(time, state.used)
    let volume = meter.flags.contains(.packets) ? 1000 : UInt64(clamping: length) &* 8
    var exceeded: Int?
    for (index, band) in bands.enumerated() {
      let capacity = MeterTable.capacity(band)
      // Thousandths of packets in milliseconds at packets a second; bits in milliseconds at kilobits a second.
      let (added, overflow) = elapsed.multipliedReportingOverflow(by: UInt64(band.rate))
      let level = overflow || added > capacity ? capacity : min(capacity, state.buckets[index] &+ added)
      if level >= volume {
        state.buckets[index] = level - volume
      } else {
        state.buckets[index] = meter.flags.contains(.packets) ? level % 1000 : level
        if exceeded.map({ band.rate > bands[$0].rate }) ?? true { exceeded = index }
      }
    }
    states[meter.id.rawValue] = state
    return exceeded
  }

  /// A bucket holds a burst; where none is given, a second.
  private static func capacity(_ band: MeterBand) -> UInt64 {
    UInt64(band.burst == 0 ? band.rate : band.burst) * 1000
  }
}
