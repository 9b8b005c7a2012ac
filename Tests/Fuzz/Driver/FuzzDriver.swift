import FuzzChecks

@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<FuzzArguments?>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The arguments of a program, as C has them.
public typealias FuzzArguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// What libFuzzer runs: a program has one check, set before anything runs, and libFuzzer's callback takes no context.
nonisolated(unsafe) private var current: FuzzCheck?

/// Runs libFuzzer over a check, with the program's arguments. Each `<Module>_main` calls it: SwiftPM gives a program's
/// `main` that name, so libFuzzer's own is never reached.
public func fuzz(_ check: FuzzCheck, _ count: CInt, _ arguments: FuzzArguments?) -> CInt {
  current = check
  var count = count
  var arguments = arguments
  return LLVMFuzzerRunDriver(&count, &arguments) { start, count in
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // A trap is how libFuzzer is told: it saves the input.
    if let finding = current?.finding(in: bytes) { fatalError(finding.description) }
    return 0
  }
}
