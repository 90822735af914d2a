/// One attribute of an element. Names are fixed here; values are escaped when they are written.
public struct Attribute: Sendable {
    enum Value: Sendable {
        case absent
        case flag
        case text(String)
        case location(Location)
    }

    let name: StaticString
    let value: Value

    init(_ name: StaticString, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// An attribute that is not written. For the branch that has none.
    public static let absent = Attribute("", .absent)

    /// This attribute when the condition holds, otherwise none.
    public func when(_ condition: Bool) -> Attribute {
        condition ? self : .absent
    }

    /// `class`, one or more names separated by spaces.
    public static func `class`(_ names: String) -> Attribute {
        Attribute("class", .text(names))
    }

    /// `id`, unique in the page.
    public static func id(_ id: String) -> Attribute { Attribute("id", .text(id)) }

    /// `href`, a typed location, so that no scheme can be smuggled in.
    public static func href(_ location: Location) -> Attribute {
        Attribute("href", .location(location))
    }

    /// `src`, a typed location.
    public static func src(_ location: Location) -> Attribute {
        Attribute("src", .location(location))
    }

    /// `srcset` of a source with one picture, a typed location.
    public static func srcset(_ location: Location) -> Attribute {
        Attribute("srcset", .location(location))
    }

    /// `action` of a form, a typed location.
    public static func action(_ location: Location) -> Attribute {
        Attribute("action", .location(location))
    }

    /// `method` of a form: reading by GET, anything that changes something by POST.
    public static func method(_ method: FormMethod) -> Attribute {
        Attribute("method", .text(method.rawValue))
    }

    /// `enctype="multipart/form-data"`, for a form that uploads a file.
    public static let multipart = Attribute("enctype", .text("multipart/form-data"))

    /// `type` of an input, a button or a link.
    public static func type(_ type: String) -> Attribute { Attribute("type", .text(type)) }

    /// `name` of a field.
    public static func name(_ name: String) -> Attribute { Attribute("name", .text(name)) }

    /// `content` of a meta element.
    public static func content(_ content: String) -> Attribute {
        Attribute("content", .text(content))
    }

    /// `value` of a field.
    public static func value(_ value: String) -> Attribute { Attribute("value", .text(value)) }

    /// `for` of a label: the id of the field it names.
    public static func `for`(_ id: String) -> Attribute { Attribute("for", .text(id)) }

    /// `lang`, a BCP 47 language tag.
    public static func lang(_ tag: String) -> Attribute { Attribute("lang", .text(tag)) }

    /// `ltr` or `rtl`.
    public static func dir(_ direction: String) -> Attribute { Attribute("dir", .text(direction)) }

    /// `rel` of a link.
    public static func rel(_ rel: String) -> Attribute { Attribute("rel", .text(rel)) }

    /// `role`, where no element says it by itself.
    public static func role(_ role: String) -> Attribute { Attribute("role", .text(role)) }

    /// `autocomplete` of a field, from the list in the HTML standard.
    public static func autocomplete(_ value: String) -> Attribute {
        Attribute("autocomplete", .text(value))
    }

    /// `inputmode`: which keyboard a phone should offer.
    public static func inputmode(_ mode: String) -> Attribute {
        Attribute("inputmode", .text(mode))
    }

    /// `accept` of a file input.
    public static func accept(_ types: String) -> Attribute { Attribute("accept", .text(types)) }

    /// `capture` of a file input: the camera that should make the file.
    public static func capture(_ camera: String) -> Attribute {
        Attribute("capture", .text(camera))
    }

    /// `datetime` of a `time` element: an RFC 3339 instant.
    public static func datetime(_ instant: String) -> Attribute {
        Attribute("datetime", .text(instant))
    }

    /// `scope` of a header cell: `col` or `row`.
    public static func scope(_ scope: String) -> Attribute { Attribute("scope", .text(scope)) }

    /// `rows` of a text area.
    public static func rows(_ count: Int) -> Attribute { Attribute("rows", .text(String(count))) }

    /// `colspan` of a cell.
    public static func colspan(_ count: Int) -> Attribute {
        Attribute("colspan", .text(String(count)))
    }

    /// `maxlength` of a field, in UTF-16 units as the HTML standard counts.
    public static func maxlength(_ count: Int) -> Attribute {
        Attribute("maxlength", .text(String(count)))
    }

    /// `max` of a progress bar.
    public static func max(_ value: String) -> Attribute { Attribute("max", .text(value)) }

    /// `alt`: what a picture shows, for those who do not see it.
    public static func alt(_ text: String) -> Attribute { Attribute("alt", .text(text)) }

    /// `media` of a meta element or a link.
    public static func media(_ query: String) -> Attribute { Attribute("media", .text(query)) }

    /// `tabindex`; pages use it only as -1, to make a heading a target of focus.
    public static func tabindex(_ index: Int) -> Attribute {
        Attribute("tabindex", .text(String(index)))
    }

    /// `aria-…`, with the part after the hyphen given by the program.
    public static func aria(_ property: ARIAProperty, _ value: String) -> Attribute {
        Attribute(property.name, .text(value))
    }

    /// `data-…`, a fixed set the page script understands.
    public static func data(_ key: DataKey, _ value: String) -> Attribute {
        Attribute(key.name, .text(value))
    }

    /// `checked` of a radio button or a box.
    public static let checked = Attribute("checked", .flag)
    /// `selected` of an option.
    public static let selected = Attribute("selected", .flag)
    /// `disabled` of a control.
    public static let disabled = Attribute("disabled", .flag)
    /// `required` of a field.
    public static let required = Attribute("required", .flag)
    /// `open` of a `details` element.
    public static let open = Attribute("open", .flag)
    /// `hidden`.
    public static let hidden = Attribute("hidden", .flag)
    /// `novalidate` of a form: the server's own sentences are clearer than a browser's.
    public static let novalidate = Attribute("novalidate", .flag)
    /// `download` of a link: its target is kept as a file.
    public static let download = Attribute("download", .flag)
    /// `readonly` of a field.
    public static let readonly = Attribute("readonly", .flag)
}

/// How a form is sent.
public enum FormMethod: String, Sendable {
    /// The form only asks; its fields go into the address.
    case get
    /// The form may change something; its fields go into the body.
    case post
}

/// The ARIA properties pages use.
public enum ARIAProperty: Sendable {
    case label, labelledby, describedby, current, hidden, invalid, busy, disabled, live

    var name: StaticString {
        switch self {
        case .label: "aria-label"
        case .labelledby: "aria-labelledby"
        case .describedby: "aria-describedby"
        case .current: "aria-current"
        case .hidden: "aria-hidden"
        case .invalid: "aria-invalid"
        case .busy: "aria-busy"
        case .disabled: "aria-disabled"
        case .live: "aria-live"
        }
    }
}

/// The `data-` attributes the style sheet and the page script understand.
public enum DataKey: Sendable {
    /// The column's name, shown beside a cell when a table is laid out as cards.
    case label
    /// What the page script should add to this element.
    case enhance
    /// A tone (`attention`, `good`, …) the style sheet colours by.
    case tone
    /// An instant in milliseconds, for relative times the script keeps true.
    case instant
    /// Text or an address the page script uses with `enhance`.
    case value
    /// The chosen colour scheme, on the root element.
    case theme
    /// The number of the last change the page knows, on the root element.
    case live

    var name: StaticString {
        switch self {
        case .label: "data-label"
        case .enhance: "data-enhance"
        case .tone: "data-tone"
        case .instant: "data-instant"
        case .value: "data-value"
        case .theme: "data-theme"
        case .live: "data-live"
        }
    }
}
