import FuzzChecks
import FuzzDriver

@_cdecl("DHCPv6Fuzz_main")
func main(_ count: CInt, _ arguments: FuzzArguments?) -> CInt { fuzz(.dhcpv6, count, arguments) }
