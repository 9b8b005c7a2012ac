/// The number of an interface within a pcapng file.
public struct PcapngInterface: Hashable, Sendable {
  let rawValue: UInt32
}

/// Writes captured frames to a pcapng file, which Wireshark and its tools read, one block a call.
///
/// Each block goes to the file at once and whole, so that a reader can follow a pipe, and a file is readable at any time.
/// When a write fails half way, a regular file is cut back to the last whole block. One thread at a time may use a writer.
public struct PcapngWriter: ~Copyable {
  private let output: PcapngOutput
  private var interfaces: UInt32 = 0

  /// Creates the file, or empties it, and writes the section header. The file is readable by its owner only, since
  /// captured frames are other people's traffic.
  public init(creating path: String, application: String = "Alioth") throws(PcapngError) {
    try self.init(PcapngOutput(creating: path), application: application)
  }

  /// Writes the section header to an open descriptor, such as standard output, which stays open.
  ///
  /// - Parameter name: how errors call it.
  public init(fileDescriptor: Int32, name: String, application: String = "Alioth") throws(PcapngError) {
    try self.init(PcapngOutput(fileDescriptor: fileDescriptor, name: name), application: application)
  }

  private init(_ output: consuming PcapngOutput, application: String) throws(PcapngError) {
    try output.write(PcapngBlock.sectionHeader(application: application), attempt: "write the header")
    self.output = output
  }

  /// Describes an interface; frames name it afterwards.
  public mutating func addInterface(
    name: String, linkType: UInt16 = 1, snapshotLength: Int = 65_535
  ) throws(PcapngError) -> PcapngInterface {
    let block = PcapngBlock.interfaceDescription(
      name: name, linkType: linkType, snapshotLength: UInt32(clamping: snapshotLength))
    try output.write(block, attempt: "write an interface")
    defer { interfaces += 1 }
    return PcapngInterface(rawValue: interfaces)
  }

  /// Writes one frame.
  public func write(
    _ frame: CapturedFrame, bytes: RawSpan, interface: PcapngInterface, comment: String? = nil
  ) throws(PcapngError) {
    let block = PcapngBlock.enhancedPacket(
      interface: interface.rawValue, frame: frame, bytes: bytes, comment: comment)
    try output.write(block, attempt: "write a frame")
  }
}
