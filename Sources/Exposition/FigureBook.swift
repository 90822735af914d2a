import CoreMetrics
import Synchronization

/// Keeps declared figures, for whoever records through the swift-metrics API, and writes them as
/// Prometheus' text format has them.
///
/// Nothing is kept that was not declared: a figure of an unknown name, with other labels than its
/// own, or recorded as another kind is dropped, and so is a series beyond ``seriesMax``. Dropped
/// ones are counted in ``dropped``, so memory and answers stay bounded whatever a caller does.
public final class FigureBook: MetricsFactory {
    /// Series of one figure: commands times outcomes come to some hundreds.
    public static let seriesMax = 2_000
    /// What the text is, for the header `Content-Type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Counts series that were asked for and are not kept.
    public static let dropped = Figure(
        "makewhole_figures_dropped_total", .counter,
        "Series not kept: figure or labels unknown, or too many.")

    /// In the order they are written.
    public let figures: [Figure]

    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }

    private let places: [String: Int]
    /// For each figure its series by the values of its labels.
    private let kept: Mutex<[[[String]: Series]]>
    private let droppedCount = CounterSeries()

    /// A book of these figures. The same name twice is a bug and traps.
    public init(_ figures: [Figure]) {
        self.figures = figures + [FigureBook.dropped]
        places = Dictionary(
            uniqueKeysWithValues: self.figures.enumerated().map { ($1.name, $0) })
        var kept: [[[String]: Series]] = Array(repeating: [:], count: self.figures.count)
        for (place, figure) in self.figures.enumerated() where figure.labels.isEmpty {
            // What has happened never is zero and not unknown, so that its rise can be alarmed on.
            switch figure.kind {
            case .counter:
                kept[place][[]] = .counter(
                    figure == FigureBook.dropped ? droppedCount : CounterSeries())
            case .histogram(let bounds):
                kept[place][[]] = .histogram(HistogramSeries(bounds: bounds))
            case .gauge: break
            }
        }
        self.kept = Mutex(kept)
    }

    // MARK: The swift-metrics API

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let series) = series(label, dimensions, where: \.isCounter) {
            return series
        }
        return NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let series) = series(label, dimensions, where: \.isGauge) { return series }
        return NOOPMetricsHandler.instance
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        switch series(label, dimensions, where: aggregate ? \.isHistogram : \.isGauge) {
        case .gauge(let series): series
        case .histogram(let series): series
        case .counter, nil: NOOPMetricsHandler.instance
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if case .histogram(let series) = series(label, dimensions, where: \.isHistogram) {
            return series
        }
        return NOOPMetricsHandler.instance
    }

    // A figure that ends while its process goes on would look like a process that ended.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func series(
        _ name: String, _ dimensions: [(String, String)], where fits: (Figure.Kind) -> Bool
    ) -> Series? {
        guard let place = places[name], fits(figures[place].kind),
            let values = values(of: figures[place].labels, in: dimensions),
            let series = series(at: place, values)
        else {
            droppedCount.increment(by: 1)
            return nil
        }
        return series
    }

    /// The values in the order of `labels`; `nil` unless each label is there once and no other.
    private func values(of labels: [String], in dimensions: [(String, String)]) -> [String]? {
        guard dimensions.count == labels.count else { return nil }
        var values: [String] = []
        for label in labels {
            guard let found = dimensions.first(where: { $0.0 == label }) else { return nil }
            values.append(found.1)
        }
        return values
    }

    private func series(at place: Int, _ values: [String]) -> Series? {
        kept.withLock { kept in
            if let series = kept[place][values] { return series }
            guard kept[place].count < FigureBook.seriesMax else { return nil }
            let series: Series =
                switch figures[place].kind {
                case .counter: .counter(CounterSeries())
                case .gauge: .gauge(GaugeSeries())
                case .histogram(let bounds): .histogram(HistogramSeries(bounds: bounds))
                }
            kept[place][values] = series
            return series
        }
    }

    // MARK: The text

    /// Every figure with its series as they are now, in an order that does not change.
    public func text() -> String {
        let kept = kept.withLock { $0 }
        var writer = ExpositionWriter()
        for (figure, series) in zip(figures, kept) {
            writer.begin(figure)
            let ordered = series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (values, series) in ordered {
                let labels = Array(zip(figure.labels, values))
                switch series {
                case .counter(let series): writer.sample(figure.name, labels, "\(series.value)")
                case .gauge(let series):
                    if let value = series.value {
                        writer.sample(figure.name, labels, ExpositionWriter.number(value))
                    }
                case .histogram(let series): writer.histogram(figure.name, labels, series)
                }
            }
        }
        return writer.text
    }
}

extension Figure.Kind {
    var isCounter: Bool { self == .counter }
    var isGauge: Bool { self == .gauge }
    var isHistogram: Bool { if case .histogram = self { true } else { false } }
}
