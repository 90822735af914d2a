// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "makewhole",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
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
        .testTarget(name: "MoneyTests", dependencies: ["Money"]),
    ]
)
