/// The page a problem's `type` leads to: what the code means, for the person reading a log.
enum ProblemPage {
    static func html(_ entry: ProblemBook.Entry, brand: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(escaped(entry.title)) – \(escaped(brand))</title>
        </head>
        <body>
        <main>
        <h1>\(escaped(entry.title))</h1>
        <p>Problem <code>\(escaped(entry.code))</code>, HTTP status \(entry.status).</p>
        <p>\(advice(entry.status))</p>
        </main>
        </body>
        </html>

        """
    }

    private static func advice(_ status: Int) -> String {
        switch status {
        case 401, 403: "Nothing was done. The answer's detail says which key or scope is needed."
        case 404: "Nothing was done. What the request names is not there, or is not the customer's."
        case 409: "Nothing was done. The request does not fit the present state; look and decide."
        case 503: "Try again after the seconds in Retry-After, with the same Idempotency-Key."
        case 500...: "This is ours to mend. Tell us the request id of the answer."
        default: "Nothing was done. The answer's detail and errors say what to change."
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
