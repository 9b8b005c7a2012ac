import FuzzChecks
import FuzzDriver

@_cdecl("JSONFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.json, count, arguments) }
