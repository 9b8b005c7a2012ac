import NetworkTypes
import PacketFormats

/// What becomes of the identity associations in a request: which are given what, refused, or taken away.
///
/// All of a port's addresses go to the first IA_NA of a message, all its delegated prefixes to the first IA_PD: a client
/// has at least one of each that it asks for (RFC 8415 sections 12.1 and 12.2), and what is the port's is leased once. Temporary addresses are not given at all, because the switch lets only reserved ones through.
struct DHCPv6Leases {
  let request: DHCPv6Request
  let binding: DHCPv6Binding

  /// Whether a request for leases gets one.
  func grants(in payload: RawSpan) -> Bool {
    var cursor = DHCPv6OptionCursor(request.message.options)
    var seen = (addresses: false, prefixes: false)
    while let option = cursor.nextValid(in: payload) {
      guard let association = DHCPv6Association(option.code, option.value, in: payload) else { continue }
      if option.code == .iaNA, !seen.addresses {
        seen.addresses = true
        if !binding.configuration.addresses.isEmpty, !isRefusedAsForeign(association, payload) { return true }
      } else if option.code == .iaPD, !seen.prefixes {
        seen.prefixes = true
        if !binding.configuration.delegatedPrefixes.isEmpty { return true }
      }
    }
    return false
  }

  /// Whether all addresses in the message are the port's; nil when there is none.
  ///
  /// RFC 8415 section 18.3.3 asks whether they are appropriate for the link. On a link where the switch takes packets
  /// only from reserved addresses, no other is: told so, a guest whose reservation moved asks afresh at once, and does
  /// not keep a dead address up to T1.
  func confirms(in payload: RawSpan) -> Bool? {
    var result: Bool?
    var cursor = DHCPv6OptionCursor(request.message.options)
    while let option = cursor.nextValid(in: payload) {
      guard option.code != .iaPD, let association = DHCPv6Association(option.code, option.value, in: payload) else {
        continue
      }
      var leases = DHCPv6OptionCursor(association.options)
      while let lease = leases.nextValid(in: payload) {
        guard let address = addressLease(lease, payload) else { continue }
        result = (result ?? true) && owns(address.address)
      }
    }
    return result
  }

  /// How many of the port's addresses and prefixes a RELEASE or DECLINE names, and the first address.
  func countNamed(in payload: RawSpan) -> (addresses: Int, prefixes: Int, first: IPv6Address?) {
    var result: (addresses: Int, prefixes: Int, first: IPv6Address?) = (0, 0, nil)
    var cursor = DHCPv6OptionCursor(request.message.options)
    while let option = cursor.nextValid(in: payload) {
      guard let association = DHCPv6Association(option.code, option.value, in: payload) else { continue }
      var leases = DHCPv6OptionCursor(association.options)
      while let lease = leases.nextValid(in: payload) {
        if option.code == .iaNA, let address = addressLease(lease, payload), owns(address.address) {
          result.addresses += 1
          result.first = result.first ?? address.address
        } else if option.code == .iaPD, let prefix = prefixLease(lease, payload), owns(prefix) {
          result.prefixes += 1
        }
      }
    }
    return result
  }

  /// Appends an answer to each association of the message.
  func write(to buffer: inout [UInt8], payload: RawSpan) {
    var cursor = DHCPv6OptionCursor(request.message.options)
    var seen = (addresses: false, prefixes: false)
    while let option = cursor.nextValid(in: payload) {
      guard let association = DHCPv6Association(option.code, option.value, in: payload) else { continue }
      var isFirst = false
      if option.code == .iaNA {
        isFirst = !seen.addresses
        seen.addresses = true
      } else if option.code == .iaPD {
        isFirst = !seen.prefixes
        seen.prefixes = true
      }
      switch request.message.type {
      case .solicit, .request, .renew, .rebind: writeGrant(association, isFirst: isFirst, to: &buffer, payload)
      case .release, .decline: writeUnknown(association, to: &buffer, payload)
      default: break
      }
    }
  }

  /// The association with its leases, or with why it has none.
  private func writeGrant(
    _ association: DHCPv6Association, isFirst: Bool, to buffer: inout [UInt8], _ payload: RawSpan
  ) {
    let prolongs = request.message.type == .renew || request.message.type == .rebind
    let start = openAssociation(association, in: &buffer)
    let empty = buffer.count
    var hasLease = false
    if association.code == .iaNA, isRefusedAsForeign(association, payload) {
      buffer.appendStatus(.notOnLink)
    } else {
      if isFirst { hasLease = writeLeases(association.code, to: &buffer) }
      if prolongs { writeExpired(association, to: &buffer, payload) }
      if buffer.count == empty {
        buffer.appendStatus(prolongs ? .noBinding : association.code == .iaPD ? .noPrefixAvail : .noAddrsAvail)
      }
    }
    if hasLease {
      buffer.setUInt32(binding.renewalTime, at: start + 8)
      buffer.setUInt32(binding.rebindingTime, at: start + 12)
    }
    buffer.setUInt16(UInt16(clamping: buffer.count - start - 4), at: start + 2)
  }

  /// Appends what the port has; false when that is nothing.
  private func writeLeases(_ code: DHCPv6OptionCode, to buffer: inout [UInt8]) -> Bool {
    let configuration = binding.configuration
    let (preferred, valid) = (configuration.preferredLifetime, configuration.validLifetime)
    if code == .iaPD {
      for prefix in configuration.delegatedPrefixes {
        buffer.appendLease(
          prefix: prefix.address, length: UInt8(truncatingIfNeeded: prefix.length), preferred: preferred, valid: valid)
      }
      return !configuration.delegatedPrefixes.isEmpty
    }
    for address in configuration.addresses {
      buffer.appendLease(address, preferred: preferred, valid: valid)
    }
    return !configuration.addresses.isEmpty
  }

  /// Takes away what the client holds and the port does not have: lifetimes of zero end it at once (RFC 8415
  /// sections 18.3.4 and 18.3.5).
  private func writeExpired(_ association: DHCPv6Association, to buffer: inout [UInt8], _ payload: RawSpan) {
    var leases = DHCPv6OptionCursor(association.options)
    while let lease = leases.nextValid(in: payload) {
      if association.code == .iaPD, let prefix = prefixLease(lease, payload), !owns(prefix) {
        buffer.appendLease(prefix: prefix.address, length: prefix.length, preferred: 0, valid: 0)
      } else if association.code != .iaPD, let address = addressLease(lease, payload), !owns(address.address) {
        buffer.appendLease(address.address, preferred: 0, valid: 0)
      }
    }
  }

  /// Of what a client gives back, only associations without anything of the port's are named in the reply (RFC 8415
  /// sections 18.3.7 and 18.3.8).
  private func writeUnknown(_ association: DHCPv6Association, to buffer: inout [UInt8], _ payload: RawSpan) {
    // Prefixes cannot be declined.
    if request.message.type == .decline, association.code == .iaPD { return }
    var leases = DHCPv6OptionCursor(association.options)
    while let lease = leases.nextValid(in: payload) {
      if association.code == .iaNA, let address = addressLease(lease, payload), owns(address.address) { return }
      if association.code == .iaPD, let prefix = prefixLease(lease, payload), owns(prefix) { return }
    }
    let start = openAssociation(association, in: &buffer)
    buffer.appendStatus(.noBinding)
    buffer.setUInt16(UInt16(clamping: buffer.count - start - 4), at: start + 2)
  }

  /// Appends the association's header with times of zero, and returns where it starts.
  private func openAssociation(_ association: DHCPv6Association, in buffer: inout [UInt8]) -> Int {
    let start = buffer.count
    buffer.appendUInt16(association.code.rawValue)
    buffer.appendUInt16(0)
    buffer.appendUInt32(association.iaid)
    if association.code != .iaTA { buffer.appendUInt64(0) }
    return start
  }

  /// Whether a REQUEST names an address of another link, which refuses the association (RFC 8415 section 18.3.2). In a
  /// SOLICIT addresses are but wishes.
  private func isRefusedAsForeign(_ association: DHCPv6Association, _ payload: RawSpan) -> Bool {
    guard request.message.type == .request else { return false }
    var leases = DHCPv6OptionCursor(association.options)
    while let lease = leases.nextValid(in: payload) {
      if let address = addressLease(lease, payload), !isOnLink(address.address) { return true }
    }
    return false
  }

  private func isOnLink(_ address: IPv6Address) -> Bool {
    owns(address) || binding.configuration.linkPrefixes.contains { $0.contains(address) }
  }

  private func owns(_ address: IPv6Address) -> Bool {
    binding.configuration.addresses.contains(address)
  }

  private func owns(_ prefix: DHCPv6PrefixLease) -> Bool {
    binding.configuration.delegatedPrefixes.contains { prefix.matches($0) }
  }

  private func addressLease(
    _ option: (code: DHCPv6OptionCode, value: Range<Int>), _ payload: RawSpan
  ) -> DHCPv6AddressLease? {
    option.code == .iaAddress ? try? DHCPv6AddressLease(option.value, in: payload) : nil
  }

  private func prefixLease(
    _ option: (code: DHCPv6OptionCode, value: Range<Int>), _ payload: RawSpan
  ) -> DHCPv6PrefixLease? {
    option.code == .iaPrefix ? try? DHCPv6PrefixLease(option.value, in: payload) : nil
  }
}
