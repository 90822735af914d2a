extension Assets {
    /// The service worker, behind the lines `Assets.worker` puts before it: which files it keeps, and
    /// a version that changes with any of them.
    static let workerText = #"""
        // Keeps the look of the site and the last Home, and shows notices. It keeps no other page and
        // answers nothing from a cache while there is a connection.

        const shellName = `shell-${version}`;
        const homeName = "home";
        // As long as a session lasts: later nobody would be let in either.
        const homeLife = 12 * 60 * 60 * 1000;
        const keptAt = "x-kept-at";
        // Which session a page is of, as the server says with it.
        const reader = "x-reader";
        // Where somebody comes in or goes out, whatever became of it.
        const doors = ["/sign-in", "/sign-in/assertion", "/sign-out", "/security/sign-out-everywhere"];
        const exits = doors.slice(2);

        // Files carry a hash of their content in their names, so a new worker takes over at once: a
        // page that is open asks for its own files, and finds them at the server.
        addEventListener("install", (event) => {
          const requests = shell.map((path) => new Request(path, { cache: "reload" }));
          event.waitUntil(
            caches.open(shellName).then((cache) => cache.addAll(requests)).then(() => skipWaiting()),
          );
        });

        addEventListener("activate", (event) => {
          event.waitUntil((async () => {
            for (const name of await caches.keys()) {
              if (name !== shellName && name !== homeName) await caches.delete(name);
            }
            await clients.claim();
          })());
        });

        addEventListener("fetch", (event) => {
          const { request } = event;
          const url = new URL(request.url);
          if (url.origin !== location.origin) return;
          if (request.mode === "navigate") {
            if (request.method === "GET") event.respondWith(page(event, request, url));
            else if (doors.includes(url.pathname)) event.waitUntil(leave(url));
          } else if (request.method === "GET" && shell.includes(url.pathname)) {
            event.respondWith(file(request));
          }
        });

        async function file(request) {
          const kept = await caches.match(request, { cacheName: shellName });
          return kept ?? fetch(request);
        }

        // Home goes before the answer comes, so that no other reader finds it. A browser that is signed
        // out of shows no notices either: the server forgets it, and it forgets the server.
        async function leave(url) {
          await caches.delete(homeName);
          if (!exits.includes(url.pathname)) return;
          const held = await registration.pushManager?.getSubscription();
          await held?.unsubscribe();
        }

        async function page(event, request, url) {
          try {
            if (doors.includes(url.pathname)) await leave(url);
            const answer = await fetch(request);
            const who = answer.headers.get(reader);
            if (answer.status === 401) await caches.delete(homeName);
            else if (who && url.pathname === "/" && answer.ok) event.waitUntil(keep(answer.clone()));
            else if (who) event.waitUntil(keepOnlyOf(who));
            return answer;
          } catch {
            return offline(url);
          }
        }

        // Another session's Home is nobody's business here.
        async function keepOnlyOf(who) {
          const kept = await caches.match("/", { cacheName: homeName });
          if (kept && kept.headers.get(reader) !== who) await caches.delete(homeName);
        }

        async function keep(answer) {
          const headers = new Headers(answer.headers);
          headers.set(keptAt, String(Date.now()));
          const copy = new Response(await answer.blob(), { headers });
          await (await caches.open(homeName)).put("/", copy);
        }

        async function offline(url) {
          if (url.pathname === "/") {
            const kept = await caches.match("/", { cacheName: homeName });
            if (kept && Date.now() - Number(kept.headers.get(keptAt)) < homeLife) {
              // The page's own script says how old it is and turns the buttons off.
              const text = (await kept.text()).replace("<html ", '<html data-then="yes" ');
              return new Response(text, { headers: kept.headers });
            }
            await caches.delete(homeName);
          }
          return (await caches.match("/offline", { cacheName: shellName })) ?? Response.error();
        }

        // A notice shows what the server sealed for this browser: a name and a sentence without an
        // amount. Told twice, it stands there once.
        addEventListener("push", (event) => event.waitUntil(show(event.data)));

        async function show(data) {
          let notice = {};
          try {
            notice = data.json() ?? {};
          } catch {
            // A browser wants to see something for every push.
          }
          const text = (value) => (typeof value === "string" ? value : "");
          await registration.showNotification(text(notice.title) || location.host, {
            body: text(notice.body),
            tag: text(notice.id),
            timestamp: Number(notice.at) || Date.now(),
            icon,
            badge,
            data: { path: text(notice.path) },
          });
          if (Number.isInteger(notice.unread)) await navigator.setAppBadge?.(notice.unread);
        }

        addEventListener("notificationclick", (event) => {
          event.notification.close();
          const path = event.notification.data?.path ?? "";
          // Only an address of ours, whatever was sent.
          const local = path.startsWith("/") && !path.startsWith("//") ? path : "/notices";
          event.waitUntil(open(new URL(local, location.origin)));
        });

        // A window that shows the place already is brought to the front; none is led away from what
        // its reader is doing.
        async function open(url) {
          const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
          const same = all.find((client) => client.url === url.href);
          await (same ? same.focus() : clients.openWindow(url.href));
        }
        """#
}
