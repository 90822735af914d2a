import Foundation

/// Time on the clock, and of the processor, so that a busy machine can be seen.
struct Cost {
    var wall: Double
    var processor: Double

    /// What the work costs this process.
    static func of(_ work: () throws -> Void) rethrows -> Cost {
        let before = (now(), processorSeconds(ofSelf))
        try work()
        return Cost(
            wall: now() - before.0,
            processor: processorSeconds(ofSelf) - before.1)
    }

    /// What `wc -l` costs on the file.
    static func ofLineCount(_ path: String) throws -> Cost {
        let wc = Process()
        wc.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        wc.arguments = ["wc", "-l", path]
        wc.standardOutput = FileHandle.nullDevice
        let before = (now(), processorSeconds(ofChildren))
        try wc.run()
        wc.waitUntilExit()
        return Cost(
            wall: now() - before.0,
            processor: processorSeconds(ofChildren) - before.1)
    }
}

private let ofSelf: Int32 = 0
private let ofChildren: Int32 = -1

private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

private func usage(_ who: Int32) -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(who), &usage)
    return usage
}

private func processorSeconds(_ who: Int32) -> Double {
    let usage = usage(who)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The most memory this process has had, in megabytes.
func residentMax() -> Int { usage(ofSelf).ru_maxrss * 1_024 / 1_000_000 }

func text(_ value: Double) -> String { String(format: "%6.3f", value) }

/// A rate with its thousands set apart.
func grouped(_ value: Double) -> String {
    let digits = Array(String(Int(value.rounded())))
    var result = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
        result.append(digit)
    }
    return String(repeating: " ", count: max(0, 11 - result.count)) + result
}

/// A file being written by the system's own calls.
struct Descriptor: ~Copyable {
    private let number: Int32

    init(writing path: String) throws {
        number = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard number >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { close(number) }

    /// The same file, for closures that cannot hold a descriptor.
    var raw: Int32 { number }

    static func write(_ bytes: UnsafeRawBufferPointer, to number: Int32) throws {
        var done = 0
        while done < bytes.count {
            let count = Foundation.write(number, bytes.baseAddress! + done, bytes.count - done)
            guard count > 0 else { throw CocoaError(.fileWriteUnknown) }
            done += count
        }
    }
}
