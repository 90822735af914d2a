import Foundation
import HTTPTypes
import Hummingbird
import Service
import Web
import Wire

// The installed app: what it is called, what it keeps, and what it shows without a connection.

/// Addresses of the installed app that more than its routes know.
enum AppRoutes {
    static let manifestPath = "/manifest.webmanifest"
}

extension Site {
    var appRoutes: [Route] {
        [
            .get(AppRoutes.manifestPath, .anyone(manifest)),
            .get("/worker.js", .anyone(worker)),
            .get("/offline", .anyone(offline)),
        ]
    }

    /// An address that stays the same: browsers ask each time whether it changed.
    private func asked(_ bytes: [UInt8], _ contentType: String, _ visit: Visit) -> Answer {
        let digest = Causes.fingerprint(String(decoding: bytes, as: UTF8.self))
        let tag = "\"\(String(digest, radix: 16))\""
        var headers: HTTPFields = [
            .contentType: contentType, .cacheControl: "no-cache", .eTag: tag,
            .xContentTypeOptions: "nosniff", Header.resourcePolicy: "same-origin",
            .contentSecurityPolicy: Assets.contentSecurityPolicy,
        ]
        guard visit.request.headers[.ifNoneMatch] != tag else {
            headers[.contentType] = nil
            return .ready(Response(status: .notModified, headers: headers))
        }
        return .ready(
            Response(
                status: .ok, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))))
    }

    private func worker(_ visit: Visit) async throws -> Answer {
        asked(Assets.worker(of: look), "text/javascript; charset=utf-8", visit)
    }

    private func manifest(_ visit: Visit) async throws -> Answer {
        let language = visit.query["lang"].flatMap { languages[$0] }
        let scene = strangerScene(visit.request, language: language)
        let words = AppText(in: scene)
        func icon(_ asset: Web.Asset, _ size: String, _ purpose: String) -> JSON {
            [
                "src": .string(asset.location.text), "sizes": .string(size),
                "type": .string(asset.contentType), "purpose": .string(purpose),
            ]
        }
        let icons: [JSON]
        if let own = look.appIcon {
            let size = own.kind == .svg ? nil : own.size.map { "\($0.width)x\($0.height)" }
            icons = [icon(own.asset, size ?? "any", "any")]
        } else {
            icons = [
                icon(Assets.iconSmall, "192x192", "any"),
                icon(Assets.iconLarge, "512x512", "any"),
                icon(Assets.iconMaskable, "512x512", "maskable"),
            ]
        }
        let json: JSON = [
            "id": "/", "name": .string(scene.brand), "short_name": .string(scene.brand),
            "description": .string(words.description), "lang": .string(scene.language.tag),
            "dir": .string(scene.language.direction.rawValue), "start_url": "/", "scope": "/",
            "display": "standalone",
            "background_color": .string(look.color(of: .paper)),
            "theme_color": .string(look.color(of: .hero)),
            "categories": ["finance"],
            "icons": .array(icons),
            "shortcuts": .array(
                words.shortcuts.map {
                    [
                        "name": .string($0.name), "url": .string($0.path.text),
                        "icons": .array(Array(icons.prefix(1))),
                    ]
                }),
        ]
        return self.asked(json.bytes(), "application/manifest+json", visit)
    }

    /// Kept by the worker for whoever uses the phone next, so it is written for nobody.
    private func offline(_ visit: Visit) async throws -> Answer {
        let scene = strangerScene(visit.request, language: try scene(of: visit).language)
        return asked(OfflinePage().bytes(in: scene), "text/html; charset=utf-8", visit)
    }
}
