import Wire

/// As much of JSON Schema 2020-12 as the OpenAPI document uses, written without the code that
/// writes the document. Stricter in one point: a member that no schema names is a fault unless
/// `additionalProperties` allows it, so that nothing is answered that is not documented.
struct SchemaCheck {
    let document: JSON

    func faults(of value: JSON, against schema: JSON, at place: String = "") -> [String] {
        if let reference = schema["$ref"]?.stringValue {
            guard let target = resolve(reference) else { return ["\(reference) leads nowhere"] }
            return faults(of: value, against: target, at: place)
        }
        if let any = schema["anyOf"]?.arrayValue {
            let all = any.map { faults(of: value, against: $0, at: place) }
            return all.contains { $0.isEmpty } ? [] : ["\(place): none of \(all)"]
        }
        if let constant = schema["const"] {
            return value == constant ? [] : ["\(place): \(value.text()) is not \(constant.text())"]
        }
        if let words = schema["enum"]?.arrayValue, !words.contains(value) {
            return ["\(place): \(value.text()) is not one of the words"]
        }
        switch schema["type"]?.stringValue {
        case "null": return value.isNull ? [] : ["\(place): not null"]
        case "boolean": return value.booleanValue == nil ? ["\(place): not a boolean"] : []
        case "integer": return integerFaults(value, schema, place)
        case "string": return textFaults(value, schema, place)
        case "array": return arrayFaults(value, schema, place)
        case "object": return objectFaults(value, schema, place)
        default: return ["\(place): the schema \(schema.text()) has no type"]
        }
    }

    func resolve(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(JSON?.some(document)) {
            $0?[String($1)]
        }
    }

    private func integerFaults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard let count = value.integerValue else { return ["\(place): not a whole number"] }
        if let min = schema["minimum"]?.integerValue, count < min { return ["\(place): too small"] }
        if let max = schema["maximum"]?.integerValue, count > max { return ["\(place): too large"] }
        return []
    }

    private func textFaults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard let text = value.stringValue else { return ["\(place): not a string"] }
        let length = Int64(text.unicodeScalars.count)
        if let min = schema["minLength"]?.integerValue, length < min { return ["\(place): short"] }
        if let max = schema["maxLength"]?.integerValue, length > max { return ["\(place): long"] }
        if let pattern = schema["pattern"]?.stringValue {
            do {
                guard try text.firstMatch(of: Regex(pattern)) != nil else {
                    return ["\(place): \(text) does not match \(pattern)"]
                }
            } catch {
                return ["\(place): the pattern \(pattern) is not one: \(error)"]
            }
        }
        if schema["format"]?.stringValue == "date-time", !text.hasSuffix("Z") {
            return ["\(place): \(text) is not a time in UTC"]
        }
        return []
    }

    private func arrayFaults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard let elements = value.arrayValue else { return ["\(place): not an array"] }
        if let max = schema["maxItems"]?.integerValue, elements.count > max {
            return ["\(place): too many"]
        }
        guard let items = schema["items"] else { return [] }
        return elements.enumerated().flatMap { index, element in
            faults(of: element, against: items, at: "\(place)/\(index)")
        }
    }

    private func objectFaults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard let object = value.objectValue else { return ["\(place): not an object"] }
        var found: [String] = []
        for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        where object[name] == nil {
            found.append("\(place)/\(name): missing")
        }
        for member in object.members {
            let inner = "\(place)/\(member.key)"
            if let property = schema["properties"]?[member.key] {
                found += faults(of: member.value, against: property, at: inner)
            } else {
                switch schema["additionalProperties"] {
                case .boolean(true): break
                case .object(let more):
                    found += faults(of: member.value, against: .object(more), at: inner)
                default: found.append("\(inner): not documented")
                }
            }
        }
        return found
    }
}
