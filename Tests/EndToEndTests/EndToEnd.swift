import Testing

/// The whole of Alioth on this machine: real Open vSwitch, real DHCP clients, two nodes and a controller in network
/// namespaces. One test at a time, all in one lab.
@Suite("End to end", .serialized, .enabled(if: Lab.isWanted, "needs root and ALIOTH_E2E=1; 'make test' sees to both"))
enum EndToEnd {}
