import NetworkTypes
import PacketFormats

extension DHCPv6Option {
  /// Appends the option. A value longer than 65,535 bytes, which no datagram has room for, is written with that length.
  public func write(to buffer: inout [UInt8]) {
    buffer.appendOption(code) { buffer in value.write(to: &buffer, isTemporary: code == .iaTA) }
  }
}

extension DHCPv6OptionValue {
  fileprivate func write(to buffer: inout [UInt8], isTemporary: Bool) {
    switch self {
    case .empty: break
    case .uint8(let value): buffer.append(value)
    case .uint16(let value): buffer.appendUInt16(value)
    case .uint32(let value): buffer.appendUInt32(value)
    case .codes(let codes): for code in codes { buffer.appendUInt16(code) }
    case .addresses(let addresses): for address in addresses { buffer.append(address) }
    // A name that is none is left out: `DHCPv6Binding` refuses it before, with its text.
    case .domains(let names): for name in names { _ = buffer.appendDomainName(name) }
    case .text(let text): buffer.append(contentsOf: text.utf8)
    case .strings(let strings): writeStrings(strings, to: &buffer)
    case .duid(let duid): duid.write(to: &buffer)
    case .association(let iaid, let t1, let t2, let options):
      buffer.appendUInt32(iaid)
      if !isTemporary {
        buffer.appendUInt32(t1)
        buffer.appendUInt32(t2)
      }
      for option in options { option.write(to: &buffer) }
    case .address(let address, let preferred, let valid, let options):
      buffer.append(address)
      buffer.appendUInt32(preferred)
      buffer.appendUInt32(valid)
      for option in options { option.write(to: &buffer) }
    case .prefix(let address, let length, let preferred, let valid, let options):
      buffer.appendUInt32(preferred)
      buffer.appendUInt32(valid)
      buffer.append(length)
      buffer.append(address)
      for option in options { option.write(to: &buffer) }
    case .status(let status, let message):
      buffer.appendUInt16(status.rawValue)
      buffer.append(contentsOf: message.utf8)
    case .vendorClass(let enterprise, let strings):
      buffer.appendUInt32(enterprise)
      writeStrings(strings, to: &buffer)
    case .vendorOptions(let enterprise, let options):
      buffer.appendUInt32(enterprise)
      for option in options { option.write(to: &buffer) }
    case .fqdn(let flags, let name, let isPartial):
      buffer.append(flags)
      // Before a partial name's end there is always its last label, and an empty one is written as nothing.
      if !name.isEmpty, buffer.appendDomainName(name), isPartial { buffer.removeLast() }
    case .ntp(let sources): for source in sources { source.write(to: &buffer) }
    case .interface(let type, let major, let minor):
      buffer.append(type)
      buffer.append(major)
      buffer.append(minor)
    case .opaque(let bytes): buffer.append(contentsOf: bytes)
    }
  }

  private func writeStrings(_ strings: [[UInt8]], to buffer: inout [UInt8]) {
    for string in strings {
      buffer.appendUInt16(UInt16(clamping: string.count))
      buffer.append(contentsOf: string)
    }
  }
}

extension DHCPv6RawOption {
  fileprivate func write(to buffer: inout [UInt8]) {
    buffer.appendOption(DHCPv6OptionCode(rawValue: code)) { $0.append(contentsOf: value) }
  }
}

extension DHCPv6TimeSource {
  fileprivate func write(to buffer: inout [UInt8]) {
    switch self {
    case .server(let address): DHCPv6RawOption(code: 1, value: address.octets).write(to: &buffer)
    case .group(let address): DHCPv6RawOption(code: 2, value: address.octets).write(to: &buffer)
    case .name(let name):
      buffer.appendOption(DHCPv6OptionCode(rawValue: 3)) { _ = $0.appendDomainName(name) }
    case .other(let option): option.write(to: &buffer)
    }
  }
}
