// swift-tools-version: 6.2
import PackageDescription

// The wire formats, the model and the pure decisions depend on no package, so that they build and test in seconds.
// Everything that needs a socket, a database or a C library sits in a target of its own above them.

let grpc: [Target.Dependency] = [
  .product(name: "GRPCCore", package: "grpc-swift-2"),
  .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
  .product(name: "SwiftProtobuf", package: "swift-protobuf"),
]
let grpcTransport: Target.Dependency = .product(name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport")
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
  name: "alioth",
  products: [
    .executable(name: "aliothd", targets: ["aliothd"]),
    .executable(name: "alioth-controller", targets: ["alioth-controller"]),
    .executable(name: "alioth", targets: ["alioth"]),
    .library(name: "OpenFlow", targets: ["OpenFlow", "OpenFlowNIO"]),
    .library(name: "OVSDB", targets: ["OVSDB", "OVSDBNIO"]),
    .library(name: "SwitchEngine", targets: ["Reconciler", "SwitchEngine"]),
    .library(name: "SwitchModel", targets: ["SwitchModel", "SwitchModelNIO"]),
    .library(name: "DHCP", targets: ["DHCP"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // System libraries, and the few calls that Swift cannot import by itself.
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(
      name: "CNetlink", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),

    // Many frames in one system call.
    .target(name: "CFrameBatch"),

    // What the benchmark needs of C: a count of allocations, and calls that Swift cannot import.
    .target(name: "CBench"),
    // The least that a DHCP responder on libpcap can be, which ours is measured by.
    .target(name: "CDHCPBare", dependencies: ["CPcap"]),

    // Values and wire formats: no package, no I/O.
    .target(name: "NetworkTypes"),
    .target(name: "Timekeeping"),
    .target(name: "PacketFormats", dependencies: ["NetworkTypes"]),
    .target(name: "DHCP", dependencies: ["NetworkTypes", "PacketFormats"]),
    .target(name: "OpenFlow", dependencies: ["NetworkTypes"]),
    .target(name: "OVSDB", dependencies: ["NetworkTypes"]),
    .target(name: "GoalState", dependencies: ["NetworkTypes"]),
    .target(name: "GoalStateStore", dependencies: ["GoalState"]),
    .target(name: "Pipeline", dependencies: ["GoalState", "NetworkTypes", "OpenFlow"]),
    .target(name: "Reconciler", dependencies: ["OpenFlow"]),

    // The host: sockets, captured packets, links.
    .target(name: "OpenFlowNIO", dependencies: ["OpenFlow", nioSSL] + nio),
    .target(name: "OVSDBNIO", dependencies: ["OVSDB", nioSSL] + nio),
    .target(name: "PacketCapture", dependencies: ["CFrameBatch", "CPcap", "NetworkTypes", "PacketFormats"]),
    .target(name: "HostNetwork", dependencies: ["CNetlink", "NetworkTypes"]),
    .target(name: "DHCPServer", dependencies: ["DHCP", "NetworkTypes", "PacketCapture", "PacketFormats", logging]),

    // The one sender: keeps a switch as it is desired to be.
    .target(name: "SwitchEngine", dependencies: ["OpenFlow", "OpenFlowNIO", "Reconciler", "Timekeeping"]),

    // A switch in memory, for tests and for explaining what a packet meets.
    .target(name: "SwitchModel", dependencies: ["NetworkTypes", "OpenFlow", "PacketFormats"]),
    .target(name: "SwitchModelNIO", dependencies: ["OpenFlow", "SwitchModel"] + nio),

    // Goal states on the wire.
    .target(name: "GoalStateProtobuf", dependencies: grpc, exclude: ["Protos"]),
    // Tasks that run where their connection does.
    .target(name: "EventLoopTasks", dependencies: nio),

    .target(
      name: "Southbound",
      dependencies: [
        "DHCP", "EventLoopTasks", "GoalState", "GoalStateProtobuf", "NetworkTypes", "Timekeeping", grpcTransport,
        logging, nioSSL, .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ] + grpc + nio),

    // What both daemons and the command line share: configuration files and readiness towards systemd.
    .target(name: "Daemon", dependencies: ["NetworkTypes", logging, yams]),

    .target(
      name: "AgentCore",
      dependencies: [
        "Daemon", "DHCP", "DHCPServer", "EventLoopTasks", "GoalState", "GoalStateStore", "HostNetwork", "NetworkTypes",
        "OVSDB", "OVSDBNIO", "OpenFlow", "OpenFlowNIO", "PacketCapture", "PacketFormats", "Pipeline", "Reconciler",
        "Southbound", "SwitchEngine",
        hummingbird, httpTypes, lifecycle, logging, .product(name: "Crypto", package: "swift-crypto"),
      ] + nio),
    .target(
      name: "ControllerCore",
      dependencies: [
        "DHCP", "Daemon", "GoalState", "NetworkTypes", "Southbound", hummingbird, httpTypes, lifecycle, logging,
        signals,
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "Crypto", package: "swift-crypto"),
      ] + nio),

    .target(
      name: "CommandLineClient",
      dependencies: [
        "CPcap", "DHCP", "DHCPServer", "Daemon", "NetworkTypes", "PacketCapture", "PacketFormats", argumentParser,
        logging, nioHTTP1, yams, .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ] + nio),

    .executableTarget(
      name: "aliothd", dependencies: ["AgentCore", "Daemon", argumentParser, lifecycle, logging, signals]),
    .executableTarget(
      name: "alioth-controller",
      dependencies: ["ControllerCore", "Daemon", argumentParser, lifecycle, logging, signals]),
    .executableTarget(name: "alioth", dependencies: ["CommandLineClient", argumentParser]),
    .executableTarget(
      name: "alioth-bench",
      dependencies: [
        "CBench", "CDHCPBare", "DHCP", "EventLoopTasks", "GoalState", "GoalStateProtobuf", "NetworkTypes",
        "PacketFormats", "OpenFlow",
        "OpenFlowNIO", "Pipeline", "Reconciler", "Southbound", "SwitchEngine", argumentParser, grpcTransport, logging,
      ] + grpc + nio),

    .testTarget(name: "EventLoopTasksTests", dependencies: ["EventLoopTasks"] + nio),
    .testTarget(name: "NetworkTypesTests", dependencies: ["NetworkTypes"]),
    .testTarget(name: "PacketFormatsTests", dependencies: ["NetworkTypes", "PacketFormats"]),
    .testTarget(name: "DHCPTests", dependencies: ["DHCP", "NetworkTypes", "PacketFormats"], exclude: ["Captures"]),
    .testTarget(
      name: "OpenFlowTests", dependencies: ["NetworkTypes", "OpenFlow"], exclude: ["Corpus", "Tools"]),
    .target(name: "SwitchTestSupport", path: "Tests/SwitchTestSupport"),
    .testTarget(
      name: "OpenFlowNIOTests", dependencies: ["NetworkTypes", "OpenFlow", "OpenFlowNIO", "SwitchTestSupport"] + nio),
    .testTarget(name: "OVSDBTests", dependencies: ["NetworkTypes", "OVSDB"]),
    .testTarget(name: "OVSDBNIOTests", dependencies: ["NetworkTypes", "OVSDB", "OVSDBNIO"] + nio),
    .testTarget(name: "GoalStateTests", dependencies: ["GoalState", "NetworkTypes"]),
    .target(name: "DiskTestSupport", dependencies: ["GoalStateStore"], path: "Tests/DiskTestSupport"),
    .testTarget(name: "GoalStateStoreTests", dependencies: ["DiskTestSupport", "GoalState", "GoalStateStore"]),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["GoalState", "NetworkTypes", "OpenFlow", "PacketFormats", "Pipeline", "SwitchModel"]),
    .target(
      name: "CloudTestSupport", dependencies: ["GoalState", "NetworkTypes", "OpenFlow", "Pipeline", "SwitchModel"],
      path: "Tests/CloudTestSupport"),
    .testTarget(
      name: "NetworkSpecificationTests",
      dependencies: [
        "CloudTestSupport", "GoalState", "NetworkTypes", "OpenFlow", "Pipeline", "SwitchModel", "SwitchTestSupport",
      ]),
    .testTarget(name: "ReconcilerTests", dependencies: ["NetworkTypes", "OpenFlow", "Reconciler"]),
    .testTarget(
      name: "SwitchEngineTests",
      dependencies: [
        "NetworkTypes", "OpenFlow", "OpenFlowNIO", "Reconciler", "SwitchEngine", "SwitchModel", "SwitchModelNIO",
        "SwitchTestSupport",
      ] + nio),
    .testTarget(
      name: "SwitchModelTests",
      dependencies: [
        "NetworkTypes", "OpenFlow", "OpenFlowNIO", "PacketFormats", "SwitchModel", "SwitchModelNIO",
        "SwitchTestSupport",
      ] + nio),
    .testTarget(name: "PacketCaptureTests", dependencies: ["NetworkTypes", "PacketCapture"]),
    .testTarget(
      name: "DHCPServerTests",
      dependencies: ["DHCP", "DHCPServer", "NetworkTypes", "PacketCapture", "PacketFormats", logging]),
    .testTarget(name: "HostNetworkTests", dependencies: ["HostNetwork", "NetworkTypes"]),
    .testTarget(
      name: "SouthboundTests",
      dependencies: [
        "EventLoopTasks", "GoalState", "GoalStateProtobuf", "NetworkTypes", "Southbound", grpcTransport, logging,
        .product(name: "Crypto", package: "swift-crypto"), .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ] + grpc + nio),
    .testTarget(name: "DaemonTests", dependencies: ["Daemon", "NetworkTypes", logging]),
    .testTarget(
      name: "AgentCoreTests",
      dependencies: [
        "AgentCore", "DHCP", "DHCPServer", "Daemon", "DiskTestSupport", "GoalState", "GoalStateProtobuf",
        "GoalStateStore", "NetworkTypes", "OVSDB", "OVSDBNIO",
        "OpenFlow",
        "OpenFlowNIO", "PacketFormats", "Pipeline", "Reconciler", "Southbound", "SwitchEngine", "SwitchModel",
        "SwitchModelNIO", "SwitchTestSupport", logging, .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ] + nio),
    .target(
      name: "AgentSimulation",
      dependencies: [
        "AgentCore", "CloudTestSupport", "DHCP", "DHCPServer", "DiskTestSupport", "GoalState", "GoalStateProtobuf",
        "GoalStateStore", "NetworkTypes", "OpenFlow", "Pipeline", "Reconciler", "Southbound", "SwitchEngine",
        "SwitchModel", logging, .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], path: "Tests/AgentSimulation"),
    .testTarget(
      name: "AgentSimulationTests",
      dependencies: ["AgentSimulation", .product(name: "NIOPosix", package: "swift-nio")]),
    .testTarget(
      name: "ControllerCoreTests",
      dependencies: [
        "ControllerCore", "Daemon", "GoalState", "NetworkTypes", "Southbound", hummingbird, logging,
        .product(name: "SwiftASN1", package: "swift-asn1"), .product(name: "X509", package: "swift-certificates"),
      ]),
    .testTarget(
      name: "CommandLineClientTests",
      dependencies: ["CommandLineClient", "NetworkTypes", "PacketCapture", argumentParser, nioHTTP1] + nio),
    .testTarget(name: "EndToEndTests", exclude: ["Lab"]),
    .target(
      name: "FuzzChecks",
      dependencies: [
        "DHCP", "GoalState", "GoalStateProtobuf", "NetworkTypes", "OVSDB", "OpenFlow", "PacketFormats", "Reconciler",
        "Southbound", "SwitchModel", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      path: "Tests/Fuzz/Checks"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzChecks", "NetworkTypes"], path: "Tests/Fuzz/Replay"),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .treatAllWarnings(as: .error),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
}

// The fuzzers (docs/fuzzing.md): only for `make fuzz`, because libFuzzer finds nothing in code that is not instrumented.
if Context.environment["FUZZ"] == "1" {
  let instrumented: Set = [
    "DHCP", "GoalState", "GoalStateProtobuf", "NetworkTypes", "OVSDB", "OpenFlow", "PacketFormats", "Reconciler",
    "Southbound", "SwitchModel",
  ]
  for target in package.targets where instrumented.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
  }
  package.targets.append(.target(name: "FuzzDriver", dependencies: ["FuzzChecks"], path: "Tests/Fuzz/Driver"))
  for name in [
    "Message", "Session", "ReadBack", "Flow", "Text", "JSON", "OVSDB", "ModelSwitch", "Packet", "DHCP", "DHCPv6",
    "Southbound",
  ] {
    package.targets.append(
      .executableTarget(
        name: "\(name)Fuzz", dependencies: ["FuzzChecks", "FuzzDriver"], path: "Tests/Fuzz/Targets/\(name)",
        swiftSettings: [.unsafeFlags(["-parse-as-library"])],
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]))
    package.products.append(.executable(name: "\(name)Fuzz", targets: ["\(name)Fuzz"]))
  }
}
