import OpenFlow

extension Pipeline {
  /// The flow of a table for the packet, with `port` as its input port.
  mutating func find(in table: TableID, port: UInt32) -> FlowEntry? {
    var packet = key
    packet.inPort = port
    // Ports of fragments are not to be relied on, not even the first one's (OFPC_FRAG_NORMAL).
    if packet.fragment & PacketKey.anyFragment != 0 {
      packet.transportSource = 0
      packet.transportDestination = 0
    }
    let found = Lookup.find(packet, in: state.entries(in: table))
    record.count(table, found)
    trace.addLookup(table, found)
    return found
  }

  /// Whether another lookup, or group, is within the limits.
  mutating func mayGoOn() -> Bool {
    if depth >= Self.maximumDepth {
      fail(.tooDeep, "over \(Self.maximumDepth) levels deep")
    } else if lookups >= Self.maximumLookups {
      fail(.tooManyLookups, "over \(Self.maximumLookups) lookups")
    } else if actionBytes > Self.maximumActionBytes {
      trace.add(.warning, "over 64 kB of datapath actions")
      isExiting = true
    } else if stackBytes >= Self.maximumStackBytes {
      fail(.stackTooDeep, "over 64 kB on the stack")
    } else {
      return true
    }
    return false
  }

  mutating func fail(_ failure: Failure, _ text: String) {
    trace.add(.warning, text)
    self.failure = failure
  }

  /// Goes through a table; its flow's steps are the next to be carried out.
  mutating func lookUp(in next: TableID, port: UInt32, swappingTuple: Bool = false) {
    if wasLabeled {
      freeze()
      return
    }
    guard mayGoOn() else { return }
    let previous = (table: table, cookie: cookie, entry: entry)
    trace.depth += 1
    let original = key
    if swappingTuple {
      guard key.connection.tuple.ipProtocol != 0, key.isIP else {
        trace.add(.warning, "resubmit(ct) of a packet that is not tracked or not IP")
        trace.depth -= 1
        return
      }
      key.useOriginalTuple()
    }
    let found = find(in: next, port: port)
    if swappingTuple { key = original }
    let deepens = next <= previous.table
    lookups += 1
    if deepens { depth += 1 }
    table = next
    entry = found
    cookie = found?.flow.cookie ?? .max
    frames.append(
      Frame(
        steps: found.map { Step.all(of: $0.instructions) } ?? [],
        closing: .table(previous.table, cookie: previous.cookie, entry: previous.entry, deepens: deepens)))
    if found != nil, frames.last?.steps.isEmpty == true { trace.add(.action, "drop") }
  }
}

extension PacketKey {
  /// Takes the addresses of the connection's first packet, for one lookup.
  mutating func useOriginalTuple() {
    let tuple = connection.tuple
    ipProtocol = tuple.ipProtocol
    if isIPv6 {
      ipv6Source = tuple.source
      ipv6Destination = tuple.destination
    } else {
      ipv4Source = UInt32(truncatingIfNeeded: tuple.source)
      ipv4Destination = UInt32(truncatingIfNeeded: tuple.destination)
    }
    transportSource = tuple.sourcePort
    transportDestination = tuple.destinationPort
  }
}

/// What a packet does to the counters of the pipeline, and the flows that it installs.
struct PipelineRecord: Sendable {
  /// Whether a bound was met.
  var hasFailed = false
  var flows: [FlowKey] = []
  var tables: [TableID: TableHits] = [:]
  var groups: [GroupHit] = []
  var learned: [FlowMod] = []
  /// The live buckets of the select groups that were passed.
  var candidates: [UInt32: [Int]] = [:]

  mutating func count(_ table: TableID, _ entry: FlowEntry?) {
    tables[table, default: TableHits()].lookups += 1
    guard let entry else { return }
    tables[table, default: TableHits()].matches += 1
    flows.append(entry.flow.key)
  }
}

/// How often a table was looked in.
public struct TableHits: Hashable, Sendable {
  /// How often.
  public var lookups: UInt64 = 0
  /// How often a flow was found.
  public var matches: UInt64 = 0
}

/// A packet's way through a group.
public struct GroupHit: Hashable, Sendable {
  /// The group.
  public var group: UInt32
  /// The place of the bucket in it.
  public var bucket: Int
}
