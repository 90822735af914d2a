import Banking
import HTML

/// The frame every page of the sandbox stands in.
enum SandboxPage {
    enum Section: Sendable, CaseIterable {
        case control
        case exchange
        case mail
        case market

        var label: String {
            switch self {
            case .control: "Control"
            case .exchange: "Exchange"
            case .mail: "Mail"
            case .market: "Market"
            }
        }

        var location: Location {
            switch self {
            case .control: "/"
            case .exchange: "/exchange"
            case .mail: "/mail"
            case .market: "/market"
            }
        }
    }

    /// A page with the sandbox's own navigation.
    static func page(
        title: String, section: Section?, flash: Flash?, @MarkupBuilder content: () -> Markup
    ) -> Markup {
        document(title: "\(title) · Makewhole sandbox") {
            pageHeader(.class("bar")) {
                div(.class("bar-inner")) {
                    a(.class("brand"), .href("/")) { "Makewhole sandbox" }
                    nav(.aria(.label, "Sandbox")) {
                        for item in Section.allCases {
                            a(
                                .href(item.location),
                                .aria(.current, "page").when(item == section)
                            ) { item.label }
                        }
                    }
                }
            }
            mainContent {
                notice(flash)
                content()
            }
            foot
        }
    }

    /// A page in the name of somebody the sandbox plays: the processor, the exchange.
    static func branded(
        _ brand: String, home: Location, title: String, flash: Flash?,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        document(title: "\(title) · \(brand)") {
            pageHeader(.class("bar")) {
                div(.class("bar-inner")) {
                    a(.class("brand"), .href(home)) { brand }
                }
            }
            mainContent {
                div(.class("narrow")) {
                    notice(flash)
                    content()
                }
            }
            foot
        }
    }

    /// A page that says one thing.
    static func message(title: String, text: String) -> Markup {
        page(title: title, section: nil, flash: nil) {
            div(.class("card narrow")) {
                h1 { title }
                p { text }
                a(.class("button"), .href("/")) { "Go to the control page" }
            }
        }
    }

    private static func document(
        title: String, @MarkupBuilder content: () -> Markup
    ) -> Markup {
        group {
            raw("<!DOCTYPE html>\n")
            documentRoot(.lang("en")) {
                documentHead {
                    raw("<meta charset=\"utf-8\">")
                    meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
                    documentTitle { title }
                    link(.rel("stylesheet"), .href("/sandbox.css"))
                    link(.rel("icon"), .href("data:,"))
                }
                documentBody { content() }
            }
        }
    }

    private static func notice(_ flash: Flash?) -> Markup {
        group {
            if let flash {
                switch flash.tone {
                case .done: p(.class("flash"), .role("status")) { flash.text }
                case .problem: p(.class("flash problem"), .role("alert")) { flash.text }
                }
            }
        }
    }

    private static var foot: Markup {
        footer(.class("foot")) {
            "This is a sandbox. Banks, cards, prices and money here are make-believe."
        }
    }

    /// A button in a form of its own, with the fields it sends.
    static func button(
        _ label: String, action: Location, fields: [(String, String)] = [], isMain: Bool = false
    ) -> Markup {
        form(.method(.post), .action(action)) {
            for (name, value) in fields {
                input(.type("hidden"), .name(name), .value(value))
            }
            HTML.button(.type("submit"), .class("main").when(isMain)) { label }
        }
    }

    /// A labelled text field; `id` must be unique in the page.
    static func field(
        _ title: String, name: String, id: String, value: String = "", size: String = "short",
        mode: String = "text"
    ) -> Markup {
        div(.class(size)) {
            label(.for(id)) { title }
            input(
                .type("text"), .name(name), .id(id), .value(value), .inputmode(mode),
                .autocomplete("off"), .required)
        }
    }

    /// An instant as people at a bank read it: Eastern time, spelled out.
    static func eastern(_ instant: Instant) -> String {
        let day = Eastern.day(at: instant)
        return "\(weekday(day.weekday).prefix(3)) \(day.iso), \(easternTime(instant))"
    }

    /// The time of day, such as `08:30 EST`.
    static func easternTime(_ instant: Instant) -> String {
        let isDaylight = Eastern.offsetSeconds(at: instant) == -4 * 3_600
        return "\(Eastern.timeOfDay(at: instant)) \(isDaylight ? "EDT" : "EST")"
    }

    /// The day, and what the banks do on it.
    static func easternDay(_ instant: Instant) -> String {
        let day = Eastern.day(at: instant)
        let text = "\(weekday(day.weekday)) \(day.iso)"
        switch BankState.timing.calendar.closure(on: day) {
        case nil, .weekend: return text
        case .holiday(let holiday): return "\(text), \(holiday.name)"
        case .extra: return "\(text), banks closed"
        }
    }

    static func weekday(_ weekday: Weekday) -> String {
        switch weekday {
        case .monday: "Monday"
        case .tuesday: "Tuesday"
        case .wednesday: "Wednesday"
        case .thursday: "Thursday"
        case .friday: "Friday"
        case .saturday: "Saturday"
        case .sunday: "Sunday"
        }
    }
}
