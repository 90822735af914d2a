import HTML

/// Where in the site a page belongs: which link of the navigation is the current one.
enum Section: CaseIterable {
    case home, deposits, addMoney, trade, withdraw, notices, help

    var path: Location {
        switch self {
        case .home: Paths.home
        case .deposits: Paths.deposits
        case .addMoney: Paths.addMoney
        case .trade: Paths.trade
        case .withdraw: Paths.withdraw
        case .notices: Paths.notices
        case .help: Paths.help
        }
    }

    var icon: Icon {
        switch self {
        case .home: .home
        case .deposits: .list
        case .addMoney: .plus
        case .trade: .trade
        case .withdraw: .down
        case .notices: .bell
        case .help: .help
        }
    }

    /// Five fit the bar at the foot of a phone; the other two are buttons on Home.
    var isOnPhone: Bool { self != .addMoney && self != .withdraw }
}

/// Where in the operator's desk a page belongs.
enum DeskSection: CaseIterable {
    case overview, negatives, documents, returns, tasks, liquidation, files, reconciliation
    case webhooks, audit

    var path: Location {
        switch self {
        case .overview: Paths.Desk.overview
        case .negatives: Paths.Desk.negatives
        case .documents: Paths.Desk.documents
        case .returns: Paths.Desk.returns
        case .tasks: Paths.Desk.tasks
        case .liquidation: Paths.Desk.liquidation
        case .files: Paths.Desk.files
        case .reconciliation: Paths.Desk.reconciliation
        case .webhooks: Paths.Desk.webhooks
        case .audit: Paths.Desk.audit
        }
    }
}

/// What surrounds every page: head, skip link, header, navigation, footer.
struct Layout {
    enum Place {
        case customer(Section?)
        case desk(DeskSection?)
        case outside
    }

    enum Width { case full, narrow }

    let title: String
    let place: Place
    var width: Width = .narrow
    /// The title begins with "Error:" so that a screen reader hears it first.
    var hasProblems = false

    func document(in scene: Scene, @MarkupBuilder content: () -> Markup) -> Markup {
        group {
            raw("<!DOCTYPE html>")
            documentRoot(
                .lang(scene.language.tag),
                .dir(scene.language.direction.rawValue).when(
                    scene.language.direction != .leftToRight),
                .data(.theme, scene.theme.rawValue).when(scene.theme != .device),
                .data(.instant, String(scene.now)),
                scene.live.map { .data(.live, String($0)) } ?? .absent
            ) {
                head(in: scene)
                documentBody(.class(bodyClass)) {
                    a(.class("skip"), .href("#content")) { scene.say.skipToContent }
                    if scene.isSandbox {
                        aside(.class("ribbon"), .aria(.label, scene.say.sandbox)) {
                            p { scene.say.sandboxRibbon }
                        }
                    }
                    header(in: scene)
                    mainContent(
                        .class(width == .narrow ? "page narrow" : "page"), .id("content"),
                        .tabindex(-1), content: content)
                    footer(in: scene)
                    if isOfCustomer(scene) { forScript(in: scene) }
                }
            }
        }
    }

    private func isOfCustomer(_ scene: Scene) -> Bool {
        guard case .customer = scene.viewer, case .customer = place else { return false }
        return true
    }

    /// What the page script says and shows; without it, nothing.
    private func forScript(in scene: Scene) -> Markup {
        group {
            p(
                .class("toast"), .role("status"), .data(.enhance, "say"),
                .data(.value, scene.say.pageRenewed)
            ) {}
            p(
                .class("toast offline"), .role("status"), .data(.enhance, "offline"),
                .data(.label, scene.say.offlineNow),
                .data(.value, scene.say.offlineThen(scene.time.deadline(scene.now)))
            ) {}
        }
    }

    private var bodyClass: String {
        switch place {
        case .customer: "customer"
        case .desk: "desk"
        case .outside: "outside"
        }
    }

    private func head(in scene: Scene) -> Markup {
        documentHead {
            raw("<meta charset=\"utf-8\">")
            documentTitle {
                hasProblems
                    ? scene.say.titleWithProblem(title, scene.brand)
                    : scene.say.titleOfPage(title, scene.brand)
            }
            meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
            if let card = scene.look.colors[.card] {
                meta(
                    .name("theme-color"), .content(card.light.text),
                    .media("(prefers-color-scheme: light)"))
                meta(
                    .name("theme-color"), .content(card.dark.text),
                    .media("(prefers-color-scheme: dark)"))
            }
            meta(.name("referrer"), .content("same-origin"))
            icon(scene.look.appIcon?.asset ?? Assets.logo)
            touchIcon(in: scene)
            if case .customer = place {
                link(.rel("manifest"), .href(Paths.manifest(scene.language)))
            }
            link(.rel("stylesheet"), .href(scene.look.stylesheet.location))
            script(Assets.script.location)
        }
    }

    private func header(in scene: Scene) -> Markup {
        pageHeader(.class("site-header")) {
            div(.class("bar")) {
                a(.class("wordmark"), .href(homePath)) {
                    mark(in: scene)
                    if !scene.look.logoHasName { span { scene.brand } }
                }
                navigation(in: scene)
            }
        }
    }

    /// Phones of Apple take a PNG; without one they draw the page, which is better than our mark at
    /// somebody else's.
    private func touchIcon(in scene: Scene) -> Markup {
        let look = scene.look
        if let own = look.appIcon, own.kind == .png {
            return link(.rel("apple-touch-icon"), .href(own.asset.location))
        }
        return look.isHosts
            ? .nothing : link(.rel("apple-touch-icon"), .href(Assets.touchIcon.location))
    }

    private func icon(_ asset: Asset) -> Markup {
        link(.rel("icon"), .type(asset.contentType), .href(asset.location))
    }

    /// The host's logo, or our mark. The reader's choice of colours goes before the device's, so a
    /// logo of two forms is chosen by the device only where the reader left it to the device.
    private func mark(in scene: Scene) -> Markup {
        guard let logo = scene.look.logo else { return Icon.mark }
        let words = scene.look.logoHasName ? scene.brand : ""
        let light = img(.src(logo.asset.location), .alt(words))
        guard let dark = scene.look.logoDark else { return light }
        switch scene.theme {
        case .light: return light
        case .dark: return img(.src(dark.asset.location), .alt(words))
        case .device:
            return picture {
                source(
                    .srcset(dark.asset.location), .media("(prefers-color-scheme: dark)"))
                light
            }
        }
    }

    /// The operators' pages are in English and have no customer help.
    private var isDesk: Bool {
        if case .desk = place { return true }
        return false
    }

    private var homePath: Location {
        switch place {
        case .customer, .outside: Paths.home
        case .desk: Paths.Desk.overview
        }
    }

    private func navigation(in scene: Scene) -> Markup {
        switch place {
        case .outside:
            return .nothing
        case .customer(let current):
            guard case .customer(let unread) = scene.viewer else { return .nothing }
            return nav(.class("site-nav"), .aria(.label, scene.say.mainNavigation)) {
                ul {
                    for section in Section.allCases {
                        li(.class(section.isOnPhone ? "" : "on-desk").when(!section.isOnPhone)) {
                            a(
                                .href(section.path),
                                .aria(.current, "page").when(section == current)
                            ) {
                                section.icon.markup
                                span { scene.say.section(section) }
                                if section == .notices, unread > 0 {
                                    span(.class("count")) {
                                        String(unread)
                                        span(.class("unseen")) { scene.say.unreadSuffix(unread) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        case .desk(let current):
            return nav(.class("site-nav"), .aria(.label, scene.say.mainNavigation)) {
                ul {
                    for section in DeskSection.allCases {
                        li {
                            a(
                                .href(section.path),
                                .aria(.current, "page").when(section == current)
                            ) { scene.say.deskSection(section) }
                        }
                    }
                }
            }
        }
    }

    private func footer(in scene: Scene) -> Markup {
        HTML.footer(.class("site-footer")) {
            div(.class("bar")) {
                ul {
                    if !isDesk { li { a(.href(Paths.help)) { scene.say.section(.help) } } }
                    if case .customer = scene.viewer {
                        li { a(.href(Paths.security)) { scene.say.security } }
                    }
                    if let support = scene.support {
                        li { a(.href("tel:\(support.phone)")) { scene.say.call(support.phone) } }
                        if !support.hours.isEmpty { li { support.hours } }
                    }
                    if scene.viewer != .nobody {
                        li { signOut(in: scene) }
                    }
                }
                preferences(in: scene)
            }
        }
    }

    private func signOut(in scene: Scene) -> Markup {
        form(.method(.post), .action(Paths.signOut)) {
            hiddenField(.csrf, scene.csrf)
            button(.class("text-button"), .type("submit")) {
                if case .operator(let name, let role) = scene.viewer {
                    scene.say.signOutOperator(name, role)
                } else {
                    scene.say.signOut
                }
            }
        }
    }

    private func preferences(in scene: Scene) -> Markup {
        form(.class("choices-inline"), .method(.post), .action(Paths.preferences)) {
            hiddenField(.csrf, scene.csrf)
            hiddenField(.returnTo, scene.address)
            if !isDesk { languages(in: scene) }
            div(.class("segmented"), .role("group"), .aria(.label, scene.say.appearanceLabel)) {
                for theme in Scene.Theme.allCases {
                    button(
                        .type("submit"), .name(Field.theme.rawValue), .value(theme.rawValue),
                        .aria(.current, "true").when(theme == scene.theme)
                    ) { scene.say.theme(theme) }
                }
            }
        }
    }

    private func languages(in scene: Scene) -> Markup {
        div(.class("segmented"), .role("group"), .aria(.label, scene.say.languageLabel)) {
            for language in scene.languages.offered {
                button(
                    .type("submit"), .name(Field.language.rawValue), .value(language.tag),
                    .lang(language.tag),
                    .aria(.current, "true").when(language == scene.language)
                ) { language.name }
            }
        }
    }
}
