// swift-tools-version: 6.3
import PackageDescription

// What a target may know is what stands in its list: pure targets know only pure ones, an edge never
// another edge's business. ARCHITECTURE.md draws it.

let hashTrees = Target.Dependency.product(
    name: "HashTreeCollections", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(
    name: "Configuration", package: "swift-configuration")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let xml = Target.Dependency.product(name: "XMLCoder", package: "XMLCoder")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let pure: [Target.Dependency] = ["Money", "Ledger", "Banking", "Nacha", "Rules"]
let kept: [Target.Dependency] =
    pure + ["Statements", "Engine", "Tables", "Edges", "Wire", "Service"]

let package = Package(
    name: "makewhole",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [.library(name: "MakewholeClient", targets: ["MakewholeClient"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", from: "0.18.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Pure: no Foundation, no clock, nothing asynchronous.
        .target(name: "Money"),
        .target(name: "Ledger", dependencies: ["Money"]),
        .target(name: "Books", dependencies: ["Money"]),
        .target(name: "Banking"),
        // Views of records may not outlive them; the compiler is told so with a lifetime.
        .target(
            name: "Nacha", dependencies: ["Money", "Banking"],
            swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
        .target(name: "Rules", dependencies: ["Money", "Ledger", "Banking", "Nacha", hashTrees]),
        .target(name: "HTML"),
        .target(name: "Localization"),
        .target(
            name: "Web", dependencies: ["HTML", "Localization"], plugins: ["EmbedLanguages"]),

        // Puts the languages of a target into the program, for the build.
        .executableTarget(
            name: "makewhole-embed-languages", dependencies: ["Localization"],
            path: "Sources/EmbedLanguages"),
        .plugin(
            name: "EmbedLanguages", capability: .buildTool(),
            dependencies: ["makewhole-embed-languages"], path: "Sources/EmbedLanguagesPlugin"),

        // What banks and processors report: formats and their proof. XMLCoder brings Foundation.
        .target(name: "Statements", dependencies: ["Money", "Banking", xml]),

        // For apps of the host, which know the API and nothing of the rest.
        .target(
            name: "MakewholeClient", dependencies: ["Localization"],
            plugins: ["EmbedLanguages"]),

        // The engine and its stores.
        .target(name: "Engine", dependencies: ["Money", "Ledger", "Banking", "Nacha", "Rules"]),
        .target(name: "Rows", dependencies: ["Ledger", "Money", "Rules", "Engine"]),
        .target(name: "DatabaseCopies"),
        // What pages, API and rails read and keep, on either database; Tables is the interface.
        .target(name: "Tables"),
        .target(
            name: "Edges",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Rows", "Engine", "Statements",
                "Tables", crypto,
            ]),
        .target(
            name: "CSQLiteSettings", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CAllocator", linkerSettings: [.linkedLibrary("jemalloc")]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "CSQLiteSettings", "DatabaseCopies", "Money", "Ledger", "Banking", "Nacha", "Rules",
                "Rows", "Engine", "Tables", "Edges", crypto, grdb, sqlite,
            ]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "PostgresStore",
            dependencies: [
                "CLibPQ", "Money", "Ledger", "Banking", "Nacha", "Rules", "Rows", "Engine",
                "Tables",
                "Edges", crypto,
            ]),

        // A ledger of its own, for any accounts: the product's books are above.
        .target(
            name: "LedgerStore",
            dependencies: ["Money", "Books", "DatabaseCopies", crypto, grdb, sqlite]),

        // What operators read, and what a host signs: each a format and nothing else.
        .target(name: "Exposition", dependencies: [metrics]),
        .target(name: "Assertions", dependencies: ["Banking", "Wire", crypto, jwt]),

        // What customers send, as pictures: programs in a sandbox, and a virus scanner.
        .target(
            name: "Documents", dependencies: ["Wire", nioCore, nioPosix, subprocess, system]),

        // The edges.
        .target(name: "Wire", dependencies: [crypto, nioCore, nioPosix, nioSSL]),
        .target(name: "Vocabulary", dependencies: pure + ["Statements", "Wire"]),
        .target(
            name: "Service",
            dependencies: [
                "Money", "Ledger", "Banking", "Nacha", "Rules", "Statements", "Engine",
                "Tables", "Edges", "Wire", "Vocabulary", "Exposition", "Assertions", "Documents",
                crypto, metrics,
            ]),
        .target(name: "Notices", dependencies: ["Ledger", "Rules", "Service", "Web"]),
        .target(
            name: "Rails",
            dependencies: kept + [
                crypto, httpClient, logging, nioCore, nioPosix, nioSSL, subprocess, system,
            ]),
        .target(
            name: "Site",
            dependencies: kept + ["Assertions", "HTML", "Web", "Notices", hummingbird]),
        .target(
            name: "API", dependencies: kept + ["Exposition", "Vocabulary", hummingbird]),

        // Time without waiting.
        .target(name: "Replay", dependencies: pure + ["Engine", "Wire", "Vocabulary"]),
        .target(name: "Simulator", dependencies: pure + ["Engine"]),

        // The programs.
        .executableTarget(
            name: "makewhole",
            dependencies: kept + [
                "CAllocator", "SQLiteStore", "PostgresStore", "Assertions", "Documents",
                "Vocabulary", "Replay",
                "Notices", "Rails", "Site", "Localization", "Web", "API", arguments, httpClient,
                configuration, hummingbird, logging, lifecycle, system, "Books", "LedgerStore",
            ],
            path: "Sources/Makewhole"),
        .executableTarget(
            name: "makewhole-sandbox",
            dependencies: [
                "Money", "Banking", "Nacha", "HTML", "Wire", arguments, httpClient, crypto,
                hummingbird, logging, nioCore, nioPosix, lifecycle,
            ],
            path: "Sources/Sandbox"),
        .executableTarget(
            name: "makewhole-bench",
            dependencies: pure + [
                "CAllocator", "Engine", "Edges", "SQLiteStore", "PostgresStore", "Vocabulary",
                arguments,
                grdb,
            ],
            path: "Benchmarks/Bench"),
        .executableTarget(
            name: "makewhole-nacha-bench", dependencies: ["Money", "Banking", "Nacha"],
            path: "Benchmarks/NachaBench"),
        .executableTarget(
            name: "makewhole-ledger-bench",
            dependencies: ["CAllocator", "Money", "Books", "LedgerStore", grdb, sqlite],
            path: "Benchmarks/LedgerBench"),

        // One of several processes that write one PostgreSQL, for Tests/System/postgres.py to kill.
        .executableTarget(
            name: "makewhole-postgres-drill",
            dependencies: pure + ["Engine", "PostgresStore", "Vocabulary", arguments],
            path: "Tests/PostgresDrill"),

        // An app without a screen, for Tests/System/client.py.
        .executableTarget(
            name: "makewhole-client-drill", dependencies: ["MakewholeClient", arguments],
            path: "Tests/ClientDrill"),

        // A PostgreSQL for the tests that need one.
        .target(
            name: "TestPostgres",
            dependencies: ["Engine", "Tables", "Edges", "SQLiteStore", "PostgresStore"],
            path: "Tests/TestPostgres"),

        .testTarget(name: "MoneyTests", dependencies: ["Money"]),
        .testTarget(name: "BankingTests", dependencies: ["Banking"]),
        .testTarget(name: "BooksTests", dependencies: ["Books", "Money"]),
        .testTarget(
            name: "LedgerStoreTests",
            dependencies: ["Books", "LedgerStore", "Money", grdb, sqlite]),
        .testTarget(name: "NachaTests", dependencies: ["Nacha", "Banking", "Money"]),
        .testTarget(name: "StatementsTests", dependencies: ["Statements", "Banking", "Money"]),
        .testTarget(name: "RulesTests", dependencies: pure + ["Engine"]),
        .testTarget(
            name: "SimulatorTests",
            dependencies: [
                "Banking", "Edges", "Engine", "Ledger", "Nacha", "Rules", "SQLiteStore",
                "PostgresStore",
                "TestPostgres", "Simulator", grdb,
            ]),
        .testTarget(
            name: "StoreTests",
            dependencies: pure + [
                "DatabaseCopies", "Statements", "Engine", "Tables", "Edges", "SQLiteStore",
                "PostgresStore",
                "TestPostgres", "Vocabulary", grdb,
            ]),
        .testTarget(
            name: "ReplayTests",
            dependencies: pure + ["Engine", "Statements", "Wire", "Vocabulary", "Replay"]),
        .testTarget(name: "ExpositionTests", dependencies: ["Exposition", metrics]),
        .testTarget(
            name: "AssertionsTests", dependencies: ["Assertions", "Banking", "Wire", crypto]),
        .testTarget(
            name: "RailsTests",
            dependencies: kept + [
                "TestPostgres", "Rails", crypto, logging, nioCore, nioPosix, httpClient,
            ]),
        .testTarget(
            name: "MakewholeClientTests", dependencies: ["MakewholeClient", "Localization"]),
        .testTarget(name: "HTMLTests", dependencies: ["HTML"]),
        .testTarget(name: "LocalizationTests", dependencies: ["Localization"]),
        .testTarget(name: "WebTests", dependencies: ["Web", "HTML", "Localization"]),
        .testTarget(name: "WireTests", dependencies: ["Wire", nioCore, nioPosix, crypto]),
        .testTarget(
            name: "SandboxTests",
            dependencies: ["makewhole-sandbox", "Banking", "Money", "Nacha", "Wire"]),
        .testTarget(
            name: "APITests",
            dependencies: kept + [
                "TestPostgres", "API", "Exposition", "Vocabulary", hummingbird, hummingbirdTesting,
            ]),
        .testTarget(
            name: "SiteTests",
            dependencies: kept + [
                "TestPostgres", "Assertions", "Documents", "Site", "HTML", "Localization", "Web",
                hummingbird, hummingbirdTesting, crypto,
            ]),
        .testTarget(
            name: "DocumentsTests", dependencies: ["Documents", "Wire", nioCore, nioPosix]),
    ]
)

// A warning of ours is an error, here and in every clone; those of packages are their own.
for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
}
