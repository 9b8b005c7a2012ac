import FuzzChecks
import FuzzDriver

@_cdecl("ModelSwitchFuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.modelSwitch, count, arguments) }
