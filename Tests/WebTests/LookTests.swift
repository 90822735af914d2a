import Testing

@testable import Web

private func color(_ text: String) throws -> Look.Color { try #require(Look.Color(text)) }

@Suite struct LookTests {
    @Test("Black on white has a contrast of 21, a colour on itself of 1")
    func extremes() throws {
        let (black, white) = (try color("#000000"), try color("#ffffff"))

        #expect(abs(black.contrast(with: white) - 21) < 0.001)
        #expect(abs(white.contrast(with: white) - 1) < 0.001)
    }

    @Test(
        "Contrast is that of the standard's own examples",
        arguments: [
            ("#777777", "#ffffff", 4.478), ("#767676", "#ffffff", 4.542),
            ("#0000ff", "#ffffff", 8.592),
            ("#ff0000", "#ffffff", 3.998),
        ])
    func known(_ figure: String, _ ground: String, _ expected: Double) throws {
        #expect(abs(try color(figure).contrast(with: color(ground)) - expected) < 0.001)
    }

    @Test(
        "A colour is six hexadecimal digits and nothing else",
        arguments: [
            "", "#fff", "ffffff", "#gggggg", "#-fffff", "#+fffff", "#ffffff;}", "red", "#1234567",
        ])
    func malformed(_ text: String) {
        #expect(Look.Color(text) == nil)
    }

    @Test("A colour reads as it was written")
    func sameText() throws {
        #expect(try color("#0a5B4a").text == "#0a5b4a")
    }

    @Test("Our own tokens are those of the style sheet")
    func ours() {
        let css = Assets.stylesheetText(with: "")
        for (token, pair) in Look.ours {
            let rule = "--\(token.rawValue): light-dark(\(pair.light.text), \(pair.dark.text));"
            #expect(css.contains(rule), "\(rule)")
        }
        #expect(Look.ours.count == Look.Token.allCases.count)
    }

    @Test("A look that cannot be read cannot be made, and says which two colours are too alike")
    func unreadable() throws {
        let pale = Look.Pair(light: try color("#9fd8c8"), dark: try color("#63d5b0"))

        let refusal = #expect(throws: Look.TooAlike.self) {
            try Look(colors: [.brand: pale])
        }

        #expect(refusal?.figure == "brand")
        #expect(refusal?.isDark == false)
        #expect(refusal?.description.contains("brand on paper has a contrast of 1.") == true)
    }

    @Test("A card on which our red words cannot be read is refused, and it says that red stays")
    func statusOnHost() throws {
        let black = Look.Pair(light: try color("#000000"), dark: try color("#ffffff"))
        let grey = Look.Pair(light: try color("#b4b4b4"), dark: try color("#141d1a"))

        let refusal = #expect(throws: Look.TooAlike.self) {
            try Look(colors: [
                .paper: grey, .card: grey, .raised: grey, .brandTint: grey, .ink: black,
                .soft: black, .edge: black, .focus: black, .brand: black, .brandStrong: black,
                .onBrand: Look.Pair(light: black.dark, dark: black.light),
            ])
        }

        #expect(refusal?.figure == "bad-ink" && refusal?.ground == "paper")
        #expect(
            refusal?.description.contains(
                "bad-ink is the same at every host: choose another paper.")
                == true)
    }

    @Test("The tones that are held against a host's colours are those of the style sheet")
    func tones() {
        let css = Assets.stylesheetText(with: "")
        for (tone, pair) in Look.tones {
            let rule = "--\(tone.rawValue): light-dark(\(pair.light.text), \(pair.dark.text));"
            #expect(css.contains(rule), "\(rule)")
        }
        #expect(Look.tones.count == Look.Tone.allCases.count)
    }

    @Test("A host's icon stands for the app, our mark beside it nowhere")
    func appIcon() throws {
        let size = Look.Picture.Size(width: 512, height: 512)
        let icon = Look.Picture(name: "icon", bytes: [1], kind: .png, size: size)
        let wide = Look.Picture(
            name: "logo", bytes: [2], kind: .svg, size: Look.Picture.Size(width: 90, height: 30))
        let square = Look.Picture(name: "logo", bytes: [3], kind: .svg, size: size)

        #expect(try Look(logo: wide, icon: icon).appIcon?.asset.location == icon.asset.location)
        #expect(try Look(logo: wide).appIcon == nil)
        #expect(try Look(logo: square).appIcon?.asset.location == square.asset.location)
        let worker = String(decoding: Assets.worker(of: try Look(icon: icon)), as: UTF8.self)
        #expect(worker.contains("const icon = \"\(icon.asset.location.text)\";"))
        #expect(worker.contains("const badge = undefined;"))
        #expect(!worker.contains(Assets.iconSmall.location.text))
        let scene = Scene(
            language: .english, timeZone: "UTC", now: Samples.now, csrf: "t", viewer: .nobody,
            brand: "Sample Exchange", look: try Look(icon: icon))
        let html = MessagePage(kind: .notFound).html(in: scene)
        #expect(html.contains("rel=\"apple-touch-icon\" href=\"\(icon.asset.location.text)\""))
        #expect(!html.contains(Assets.touchIcon.location.text))
    }

    @Test("Every drawing says its size, so that it is no page of its own without a style sheet")
    func drawings() throws {
        let scene = Scene(
            language: .english, timeZone: "UTC", now: Samples.now, csrf: "t",
            viewer: .customer(unreadNotices: 0), brand: "Makewhole")
        let page = MessagePage(kind: .notFound).html(in: scene)
        let drawn = Icon.allCases.map(\.markup.html) + [page]

        for html in drawn {
            for tag in html.matches(of: /<svg[^>]*>/) {
                #expect(
                    tag.output.contains(/width="\d+"/) && tag.output.contains(/height="\d+"/),
                    "\(tag.output)")
            }
        }
        #expect(page.contains("<svg"))
    }

    @Test("A look stands in the style sheet after our tokens and before what uses them")
    func rules() throws {
        let violet = Look.Pair(light: try color("#5b2a86"), dark: try color("#c9a6ee"))
        let ink = Look.Pair(light: try color("#ffffff"), dark: try color("#22103a"))
        let look = try Look(colors: [.brand: violet, .onBrand: ink], cornerPixels: 6, face: .serif)
        let css = String(decoding: look.stylesheet.bytes, as: UTF8.self)

        let ours = try #require(css.range(of: "--brand: light-dark(#0d5a4a"))
        let theirs = try #require(css.range(of: "--brand: light-dark(#5b2a86, #c9a6ee);"))
        let parts = try #require(css.range(of: "/* Ground */"))
        #expect(ours.lowerBound < theirs.lowerBound && theirs.lowerBound < parts.lowerBound)
        #expect(css.contains("--round: 6px; --round-small: 4px;"))
        #expect(css.contains("--face: \"Iowan Old Style\""))
        #expect(look.stylesheet.location != Look.standard.stylesheet.location)
    }

    @Test("The logo stands in the header, for the colours the reader chose")
    func logos() throws {
        let light = Look.Picture(name: "logo", bytes: Array("<svg/>".utf8), kind: .svg)
        let dark = Look.Picture(name: "logo-dark", bytes: Array("<svg />".utf8), kind: .svg)
        let look = try Look(logo: light, logoDark: dark, logoHasName: true)
        func header(_ theme: Scene.Theme) -> String {
            let scene = Scene(
                language: .english, timeZone: "UTC", now: Samples.now, csrf: "t", viewer: .nobody,
                theme: theme, brand: "Sample Exchange", look: look)
            let html = MessagePage(kind: .notFound).html(in: scene)
            return html.components(separatedBy: "</header>")[0]
        }

        #expect(
            header(.light).contains(
                "<img src=\"\(light.asset.location.text)\" alt=\"Sample Exchange\">"))
        #expect(!header(.light).contains(dark.asset.location.text))
        #expect(header(.dark).contains(dark.asset.location.text))
        #expect(!header(.dark).contains(light.asset.location.text))
        #expect(header(.device).contains("<picture><source srcset=\"\(dark.asset.location.text)\""))
        #expect(!header(.light).contains("<span>Sample Exchange</span>"))
    }
}

@Suite struct DeviceTests {
    @Test(
        "A device is known by its families",
        arguments: [
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "chrome/android"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1",
                "safari/iPhone"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "edge/windows"
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "firefox/linux"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1",
                "safari/mac"
            ),
            ("curl/8.0", "other/other"), ("", "other/other"),
        ])
    func families(_ userAgent: String, _ expected: String) {
        let device = Device(userAgent: userAgent)

        #expect(device.text == expected)
        #expect(Device(text: device.text) == device)
    }

    @Test(
        "What was kept and is no device reads as another one", arguments: ["", "/", "x", "a/b/c"])
    func unknown(_ text: String) {
        #expect(Device(text: text) == Device(.other, .other))
    }
}
