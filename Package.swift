// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "makewhole",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Money"),
        .target(name: "Ledger", dependencies: ["Money"]),
        .target(name: "Banking"),
        .target(name: "Nacha", dependencies: ["Money", "Banking"]),
        .target(name: "Rules", dependencies: ["Money", "Ledger", "Banking", "Nacha"]),
        .target(
            name: "Engine", dependencies: ["Money", "Ledger", "Banking", "Rules"]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "Money", "Ledger", "Banking", "Rules", "Engine",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "Wire",
            dependencies: [
                "Money",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .target(
            name: "Service",
            dependencies: [
                "Money", "Ledger", "Banking", "Rules", "Engine", "SQLiteStore", "Wire",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(name: "HTML"),
        .target(name: "Web", dependencies: ["HTML"]),
        .target(
            name: "Site",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Engine", "SQLiteStore", "Wire",
                "Service", "HTML", "Web",
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .target(
            name: "API",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Engine", "SQLiteStore", "Wire",
                "Service", "Vocabulary",
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .target(
            name: "Rails",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Engine", "SQLiteStore", "Wire",
                "Service", "Web",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Vocabulary",
            dependencies: ["Money", "Ledger", "Banking", "Nacha", "Rules", "Wire"]),
        .target(name: "Replay", dependencies: ["Money", "Ledger", "Banking", "Nacha", "Rules", "Engine", "Wire", "Vocabulary"]),
        .target(name: "Notices", dependencies: ["Money", "Rules", "Service", "Web"]),
        .executableTarget(
            name: "makewhole",
            dependencies: [
                "Money", "Ledger", "Banking", "Rules", "Engine", "SQLiteStore", "Wire", "Service",
                "Vocabulary", "Replay", "Notices", "Rails", "Site", "API",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Sources/Makewhole"),
        .executableTarget(
            name: "makewhole-bench",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Engine", "SQLiteStore", "Vocabulary",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Benchmarks/Bench"),
        .testTarget(name: "MoneyTests", dependencies: ["Money"]),
    ]
)
