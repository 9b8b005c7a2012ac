import FuzzChecks
import FuzzDriver

@_cdecl("MessageFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.message, count, arguments) }
