import FuzzChecks
import FuzzDriver

@_cdecl("OVSDBFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.ovsdb, count, arguments) }
