import CoreMetrics
import Testing

@testable import Exposition

@Suite("Figures in Prometheus' text format")
struct FigureBookTests {
    static let requests = Figure(
        "requests_total", .counter, labels: ["route", "status"], "Requests answered.")
    static let seconds = Figure(
        "answer_seconds", .histogram(bounds: [0.1, 0.5, 2]), labels: ["route"], "How long.")
    static let waiting = Figure("waiting", .gauge, "What waits.")
    static let plain = Figure("plain_total", .counter, "Without labels.")

    let book = FigureBook([requests, seconds, waiting, plain])

    private func lines(of name: String) -> [Substring] {
        book.text().split(separator: "\n").filter { $0.hasPrefix(name) }
    }

    private var dropped: Substring? { lines(of: "makewhole_figures_dropped_total").first }

    @Test("Every figure is written with its help, its type and its samples, in a fixed order")
    func wholeText() {
        Counter(
            label: "requests_total", dimensions: [("route", "/b"), ("status", "200")],
            factory: book
        ).increment(by: 2)
        Counter(
            label: "requests_total", dimensions: [("status", "404"), ("route", "/a")],
            factory: book
        ).increment()
        Timer(label: "answer_seconds", dimensions: [("route", "/a")], factory: book)
            .recordNanoseconds(250_000_000)
        Gauge(label: "waiting", factory: book).record(7)

        #expect(
            book.text() == """
                # HELP requests_total Requests answered.
                # TYPE requests_total counter
                requests_total{route="/a",status="404"} 1
                requests_total{route="/b",status="200"} 2
                # HELP answer_seconds How long.
                # TYPE answer_seconds histogram
                answer_seconds_bucket{route="/a",le="0.1"} 0
                answer_seconds_bucket{route="/a",le="0.5"} 1
                answer_seconds_bucket{route="/a",le="2"} 1
                answer_seconds_bucket{route="/a",le="+Inf"} 1
                answer_seconds_sum{route="/a"} 0.25
                answer_seconds_count{route="/a"} 1
                # HELP waiting What waits.
                # TYPE waiting gauge
                waiting 7
                # HELP plain_total Without labels.
                # TYPE plain_total counter
                plain_total 0
                # HELP makewhole_figures_dropped_total Series not kept: figure or labels unknown, \
                or too many.
                # TYPE makewhole_figures_dropped_total counter
                makewhole_figures_dropped_total 0

                """)
    }

    @Test("Buckets are cumulative, a bound holds what equals it, and beyond the last is infinity")
    func buckets() {
        let recorder = Recorder(
            label: "answer_seconds", dimensions: [("route", "/")], factory: book)
        for value in [0.1, 0.100001, 0.5, 2, 3, 1e9] { recorder.record(value) }

        #expect(
            lines(of: "answer_seconds_bucket").map { $0.split(separator: " ").last }
                == ["1", "3", "4", "6"])
        #expect(lines(of: "answer_seconds_count") == ["answer_seconds_count{route=\"/\"} 6"])
        #expect(
            lines(of: "answer_seconds_sum") == ["answer_seconds_sum{route=\"/\"} 1000000005.700001"]
        )
    }

    @Test("Backslashes, quotes and line feeds in labels and helps cannot break a line")
    func escaping() {
        let book = FigureBook([
            Figure("odd", .gauge, labels: ["word"], "One \\ two\nthree \"four\".")
        ])
        Gauge(
            label: "odd", dimensions: [("word", "a\\b\"c\nd\r\ne} 9")], factory: book
        ).record(1)

        let text = book.text()

        #expect(text.contains("# HELP odd One \\\\ two\\nthree \"four\".\n"))
        #expect(text.contains("\nodd{word=\"a\\\\b\\\"c\\nd\r\\ne} 9\"} 1\n"))
    }

    @Test(
        "Numbers are written as Go reads them",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (0.005, "0.005"), (1e-7, "1e-07"),
            (9_007_199_254_740_992, "9007199254740992"), (1e300, "1e+300"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (-2.5, "-2.5"),
        ])
    func numbers(value: Double, text: String) {
        #expect(ExpositionWriter.number(value) == text)
    }

    @Test("A gauge nobody has set is not written, because zero would be a claim")
    func unsetGauge() {
        #expect(lines(of: "waiting").isEmpty)
        Gauge(label: "waiting", factory: book).record(0)
        #expect(lines(of: "waiting") == ["waiting 0"])
    }

    @Test("A meter goes up and down")
    func meter() {
        let meter = Meter(label: "waiting", factory: book)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement()

        #expect(lines(of: "waiting") == ["waiting 6.5"])
    }

    @Test("A counter never goes down, and stops at the largest number")
    func counter() {
        let counter = Counter(label: "plain_total", factory: book)
        counter.increment(by: 3)
        counter.increment(by: -2)
        #expect(lines(of: "plain_total") == ["plain_total 3"])
        counter.increment(by: Int64.max)
        #expect(lines(of: "plain_total") == ["plain_total 9223372036854775807"])
    }

    @Test("What is no number is not recorded in a histogram")
    func notANumber() {
        let recorder = Recorder(
            label: "answer_seconds", dimensions: [("route", "/")], factory: book)
        recorder.record(Double.nan)
        recorder.record(0.5)

        #expect(lines(of: "answer_seconds_sum") == ["answer_seconds_sum{route=\"/\"} 0.5"])
        #expect(lines(of: "answer_seconds_count") == ["answer_seconds_count{route=\"/\"} 1"])
    }

    @Test("A figure nobody declared is dropped and counted")
    func unknownFigure() {
        Counter(label: "invented_total", factory: book).increment()

        #expect(!book.text().contains("invented"))
        #expect(dropped == "makewhole_figures_dropped_total 1")
    }

    @Test(
        "A series with other labels than its figure's is dropped",
        arguments: [
            [], [("route", "/")], [("route", "/"), ("customer", "cus_1")],
            [("route", "/"), ("route", "/")],
            [("route", "/"), ("status", "200"), ("customer", "cus_1")],
        ])
    func otherLabels(labels: [(String, String)]) {
        Counter(label: "requests_total", dimensions: labels, factory: book).increment()

        #expect(lines(of: "requests_total").isEmpty)
        #expect(dropped == "makewhole_figures_dropped_total 1")
    }

    @Test("A figure recorded as another kind is dropped")
    func otherKind() {
        Counter(label: "waiting", factory: book).increment()
        Gauge(label: "plain_total", factory: book).record(9)
        Timer(label: "waiting", factory: book).recordSeconds(1)

        #expect(lines(of: "waiting").isEmpty)
        #expect(lines(of: "plain_total") == ["plain_total 0"])
        #expect(dropped == "makewhole_figures_dropped_total 3")
    }

    @Test("A figure has at most so many series, and the others go on")
    func seriesAreBounded() {
        for number in 0..<(FigureBook.seriesMax + 5) {
            Counter(
                label: "requests_total",
                dimensions: [("route", "/\(number)"), ("status", "200")], factory: book
            ).increment()
        }
        Counter(
            label: "requests_total", dimensions: [("route", "/0"), ("status", "200")],
            factory: book
        ).increment()

        #expect(lines(of: "requests_total").count == FigureBook.seriesMax)
        #expect(lines(of: "requests_total{route=\"/0\"").first?.hasSuffix(" 2") == true)
        #expect(dropped == "makewhole_figures_dropped_total 5")
    }

    @Test("Nothing is lost when many count at once")
    func concurrency() async {
        let book = book
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        Counter(
                            label: "requests_total",
                            dimensions: [("route", "/\(number % 2)"), ("status", "200")],
                            factory: book
                        ).increment()
                        Timer(
                            label: "answer_seconds", dimensions: [("route", "/")], factory: book
                        ).recordSeconds(1)
                    }
                }
            }
        }

        #expect(
            lines(of: "requests_total").map { $0.split(separator: " ").last } == ["4000", "4000"])
        #expect(lines(of: "answer_seconds_count") == ["answer_seconds_count{route=\"/\"} 8000"])
    }

    @Test("Ending a counter does not make it forget")
    func destroy() {
        let counter = Counter(label: "plain_total", factory: book)
        counter.increment()
        counter.destroy()
        Counter(label: "plain_total", factory: book).increment()

        #expect(lines(of: "plain_total") == ["plain_total 2"])
    }
}
