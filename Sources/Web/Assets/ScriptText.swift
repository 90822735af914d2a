extension Assets {
    /// The page script: conveniences only.
    static let scriptText = #"""
        // Everything here is a convenience; every page works without it.

        // Relative times ("in 1 day 23 hours") are kept true once a minute, without a live region.
        const units = [["day", 86400000], ["hour", 3600000], ["minute", 60000]];
        const reader = [document.documentElement.lang, "en-US"];

        function span(milliseconds) {
          let rest = Math.floor(Math.abs(milliseconds) / 60000) * 60000;
          const parts = [];
          for (const [unit, size] of units) {
            const count = Math.floor(rest / size);
            rest -= count * size;
            if (count > 0) {
              const style = { style: "unit", unit, unitDisplay: "long" };
              const format = new Intl.NumberFormat(reader, style);
              parts.push(format.format(count));
            } else if (parts.length > 0) {
              break;
            }
            if (parts.length === 2) break;
          }
          return parts.join(" ");
        }

        // The server's clock decides; a reader's clock may be wrong by hours.
        const root = document.documentElement;
        const skew = Number(root.dataset.instant || Date.now()) - Date.now();
        function refresh() {
          for (const element of document.querySelectorAll('[data-enhance="relative"]')) {
            const left = Number(element.dataset.instant) - (Date.now() + skew);
            if (left > 60000) element.textContent = element.dataset.value.replace("%", span(left));
          }
        }
        if (document.querySelector('[data-enhance="relative"]')) setInterval(refresh, 60000);

        // A form that was sent cannot be sent twice by an impatient finger. The server also refuses
        // a second use of the same key; this only spares the reader the question.
        document.addEventListener("submit", (event) => {
          const form = event.target;
          if (form.method !== "post") return;
          if (form.dataset.sent === "yes") {
            event.preventDefault();
            return;
          }
          form.dataset.sent = "yes";
          event.submitter?.setAttribute("aria-busy", "true");
        });
        addEventListener("pageshow", (event) => {
          if (!event.persisted) return;
          for (const form of document.forms) delete form.dataset.sent;
          for (const button of document.querySelectorAll("button[aria-busy]")) {
            button.removeAttribute("aria-busy");
          }
        });

        // The error summary takes the focus, so that a screen reader starts there.
        document.querySelector(".error-summary")?.focus();

        const find = (name) => document.querySelector(`[data-enhance="${name}"]`);

        // A payment under way is looked at again every fifteen seconds while the page is visible. The
        // page is replaced only when its state has changed, so nobody is interrupted for nothing.
        if (find("watch")) {
          setInterval(async () => {
            if (document.hidden || root.dataset.then) return;
            const request = fetch(location.href, { headers: { Accept: "text/html" } });
            const answer = await request.catch(() => null);
            if (!answer?.ok) return;
            const text = await answer.text().catch(() => null);
            if (text === null) return;
            const page = new DOMParser().parseFromString(text, "text/html");
            const now = page.querySelector('[data-enhance="watch"]')?.dataset.value;
            // The page may have been renewed meanwhile.
            if (now !== find("watch")?.dataset.value) location.assign(answer.url);
          }, 15000);
        }

        // A file's size is checked before it travels.
        document.addEventListener("change", (event) => {
          const input = event.target;
          if (!input.matches('input[type="file"][data-value]')) return;
          const tooLarge = input.files[0] && input.files[0].size > Number(input.dataset.value);
          input.setCustomValidity(tooLarge ? input.dataset.label : "");
          if (tooLarge) input.reportValidity();
        });

        document.addEventListener("click", (event) => {
          if (event.target.closest('[data-enhance="print"]')) print();
        });
        // What is done to every page, and again to one that was renewed: done twice it changes nothing.
        function enhance() {
          for (const button of document.querySelectorAll('[data-enhance="print"]')) {
            button.hidden = false;
          }
          refresh();
          showDevice();
        }

        // What the page says without being asked, politely, and for a while.
        const sayer = find("say");
        let silence;
        function say(text) {
          if (!sayer) return;
          sayer.textContent = text;
          clearTimeout(silence);
          silence = setTimeout(() => { sayer.textContent = ""; }, 12000);
        }

        // Without a connection, and on the copy of Home that the worker keeps, nothing that moves money
        // can be pressed, and the page says why.
        const offlineBar = find("offline");
        const isThen = Boolean(root.dataset.then);
        let isOff = false;
        function setOff(off) {
          if (!offlineBar) return;
          isOff = off;
          offlineBar.textContent = off ? offlineBar.dataset[isThen ? "value" : "label"] : "";
          const buttons = "main a.button, main form[method=post] button";
          for (const button of document.querySelectorAll(buttons)) {
            if (off) button.setAttribute("aria-disabled", "true");
            else button.removeAttribute("aria-disabled");
          }
        }
        function stopWhenOff(event) {
          if (!isOff || !event.target.closest?.("main")) return;
          const isForm = event.type === "submit" && event.target.method === "post";
          const isLink = event.type === "click" && event.target.closest("a.button");
          if (!isForm && !isLink) return;
          event.preventDefault();
          event.stopImmediatePropagation();
          say(offlineBar.dataset.label);
        }
        for (const type of ["submit", "click"]) addEventListener(type, stopWhenOff, true);
        if (isThen) {
          setOff(true);
          addEventListener("online", () => location.reload());
        } else {
          addEventListener("offline", () => setOff(true));
          addEventListener("online", () => setOff(false));
        }

        // The copy of Home is only for whoever is signed in.
        if ("caches" in window) {
          const kept = find("kept");
          if (kept) {
            caches.match("/", { cacheName: "home" }).then((copy) => { kept.hidden = !copy; });
          } else if (document.body.matches(".outside")) {
            caches.delete("home");
          }
        }
        find("again")?.addEventListener("click", (event) => {
          event.preventDefault();
          location.reload();
        });

        // What the reader is doing is left as it is: the place that has the focus, and every form in
        // which something was written. All else becomes what the server says now.
        function isChanged(field) {
          if (field.type === "hidden") return false;
          if (field.type === "checkbox" || field.type === "radio") {
            return field.checked !== field.defaultChecked;
          }
          if (field.type === "file") return field.files.length > 0;
          if (field.options) {
            const first = Array.from(field.options).findIndex((option) => option.defaultSelected);
            return field.selectedIndex !== Math.max(0, first);
          }
          return field.value !== field.defaultValue;
        }
        function isBusy(node) {
          if (node.nodeType !== 1) return false;
          if (node !== document.body && node.contains(document.activeElement)) return true;
          return Array.from(node.querySelectorAll("input, select, textarea")).some(isChanged)
            || node.matches("details[open]") || node.querySelector("details[open]") !== null
            || (node.matches("form[data-sent]") || node.querySelector("form[data-sent]") !== null);
        }
        const alike = (a, b) => a.nodeName === b.nodeName && a.id === b.id
          && (a.nodeType !== 1 || a.className === b.className);
        function renew(old, fresh) {
          if (old.isEqualNode(fresh)) return;
          if (!isBusy(old)) {
            old.replaceWith(document.importNode(fresh, true));
            return;
          }
          if (!alike(old, fresh) || old.nodeName === "FORM" || old === document.activeElement) return;
          const olds = Array.from(old.childNodes);
          const rest = Array.from(fresh.childNodes);
          for (const child of olds) {
            const at = rest.findIndex((other) => alike(child, other));
            if (at < 0) {
              if (!isBusy(child)) child.remove();
              continue;
            }
            for (const added of rest.splice(0, at)) child.before(document.importNode(added, true));
            renew(child, rest.shift());
          }
          for (const added of rest) old.append(document.importNode(added, true));
        }
        // Says whether the page reads otherwise now; null when it could not be renewed.
        async function renewPage() {
          const request = fetch(location.href, { headers: { Accept: "text/html" } });
          const answer = await request.catch(() => null);
          if (!answer?.ok) return null;
          const main = document.querySelector("main");
          if (answer.redirected) {
            // Who writes something is not led away; it is asked again when he has done.
            if (!isBusy(main)) location.assign(answer.url);
            return null;
          }
          const text = await answer.text().catch(() => null);
          if (text === null) return null;
          const page = new DOMParser().parseFromString(text, "text/html");
          const before = main.textContent;
          for (const place of ["main", ".site-nav"]) {
            const old = document.querySelector(place);
            const fresh = page.querySelector(place);
            if (!old || !fresh) continue;
            // The place itself stays, so that who is in it is not thrown out.
            const olds = Array.from(old.childNodes);
            if (isBusy(old)) {
              const shell = fresh.cloneNode(true);
              renew(old, shell);
            } else if (!old.isEqualNode(fresh)) {
              old.replaceChildren(...Array.from(fresh.childNodes, (n) => document.importNode(n, true)));
            }
          }
          document.title = page.title;
          enhance();
          if (isOff) setOff(true);
          return document.querySelector("main").textContent !== before;
        }

        // News: the server says over one open answer that something changed, and the page asks for
        // itself again. Where no such answer can be had, it asks every fifteen seconds. Only a page
        // that is seen listens.
        let known = root.dataset.live;
        let told = Number(root.dataset.instant);
        let source;
        let asking;
        // One renewal at a time: of what is told meanwhile the last is next, and what could not be
        // renewed is not known.
        let waiting;
        let isRenewing = false;
        let isBehind = false;
        async function changed(news) {
          if (Number(news.id) <= Number(known)) return;
          if (!waiting || Number(news.id) > Number(waiting.id)) waiting = news;
          if (isRenewing) return;
          isRenewing = true;
          try {
            while (waiting) {
              const next = waiting;
              waiting = undefined;
              navigator.setAppBadge?.(next.unread).catch(() => {});
              const isOther = await renewPage();
              isBehind = isOther === null;
              if (isBehind) return startAsking();
              known = next.id;
              if (source?.readyState === EventSource.OPEN) stopAsking();
              const isNew = next.say && next.at > told;
              if (isNew) {
                told = next.at;
                say(next.say);
              } else if (isOther && !sayer.textContent) {
                // What was just said of a notice is not talked over.
                say(sayer.dataset.value);
              }
            }
          } finally {
            isRenewing = false;
          }
        }
        async function ask() {
          if (document.hidden) return;
          const request = fetch(`/events?after=${known}`, { headers: { Accept: "application/json" } });
          const answer = await request.catch(() => null);
          if (answer?.status === 401) return stopAsking();
          const news = answer?.ok ? await answer.json().catch(() => null) : null;
          if (news && Number(news.id) > Number(known)) await changed(news);
          // The stream is there and the page is what it says.
          else if (news && source?.readyState === EventSource.OPEN) stopAsking();
        }
        function startAsking() { asking ??= setInterval(ask, 15000); }
        function stopAsking() {
          clearInterval(asking);
          asking = undefined;
        }
        function listen() {
          if (source || document.hidden) return;
          if (!window.EventSource) return startAsking();
          source = new EventSource(`/events?after=${known}`);
          source.addEventListener("change", (event) => changed(JSON.parse(event.data)));
          source.onopen = () => {
            stopAsking();
            // The stream says nothing twice, so what could not be shown is asked for.
            if (isBehind) ask();
          };
          source.onerror = () => {
            // The browser connects again by itself unless it was refused.
            startAsking();
            if (source.readyState === EventSource.CLOSED) source = undefined;
          };
        }
        if (known && !isThen && sayer) {
          listen();
          document.addEventListener("visibilitychange", () => {
            if (document.hidden) {
              source?.close();
              source = undefined;
              stopAsking();
            } else {
              ask();
              listen();
            }
          });
          addEventListener("pagehide", () => { source?.close(); source = undefined; });
          addEventListener("pageshow", (event) => { if (event.persisted) { ask(); listen(); } });
        }

        // A file goes in parts, so that one lost in a tunnel goes on from where it was, and can be
        // stopped. Without what that takes the form goes as it is; it also ends what goes in parts.
        const partSize = 512 * 1024;
        const triesMax = 120;
        const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
        addEventListener("submit", (event) => {
          const form = event.target;
          const mark = form.querySelector('[data-enhance="upload"]');
          if (!mark || mark.value || !window.crypto?.subtle) return;
          const inputs = Array.from(form.querySelectorAll('input[type="file"]'));
          const file = inputs.map((input) => input.files[0]).find(Boolean);
          if (!file) return;
          event.preventDefault();
          event.stopImmediatePropagation();
          if (form.dataset.sent === "yes") return;
          form.dataset.sent = "yes";
          send(form, mark, file).then((isWhole) => {
            if (isWhole === undefined) return;
            for (const input of inputs) input.disabled = isWhole;
            form.submit();
          });
        }, true);

        // Says whether all of it is there; undefined when it was stopped.
        async function send(form, mark, file) {
          const place = form.querySelector('[data-enhance="sending"]');
          const line = place.querySelector("p");
          const bar = place.querySelector("progress");
          const stop = place.querySelector("button");
          const csrf = form.elements.csrf.value;
          const ending = new AbortController();
          let upload;
          const post = async (path, body, headers = {}) => {
            const wish = { method: "POST", body, headers, signal: ending.signal };
            const answer = await fetch(mark.dataset.value + path, wish);
            if (answer.ok) return answer.json();
            throw Object.assign(new Error(), { isFinal: answer.status < 500 });
          };
          stop.onclick = () => {
            ending.abort();
            place.hidden = true;
            delete form.dataset.sent;
            const body = new URLSearchParams({ csrf });
            if (upload) fetch(`${mark.dataset.value}/${upload}/cancel`, { method: "POST", body });
            say(stop.dataset.label);
          };
          place.hidden = false;
          bar.value = 0;
          const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
          const digest = Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0"))
            .join("");
          let received;
          let tries = 0;
          while (received === undefined || received < file.size) {
            try {
              if (received === undefined) {
                const fields = new URLSearchParams({ csrf, digest, size: file.size });
                ({ upload, received } = await post("", fields));
              } else {
                const part = file.slice(received, received + partSize);
                const answer = await post(`/${upload}?from=${received}`, part, {
                  "Content-Type": "application/octet-stream", "X-Form-Token": csrf,
                });
                if (answer.received > received) tries = 0;
                received = answer.received;
              }
              bar.value = 100 * received / file.size;
              line.textContent = line.dataset.value.replace("%", Math.floor(bar.value));
            } catch (error) {
              if (ending.signal.aborted) return undefined;
              tries += 1;
              if (error.isFinal || tries > triesMax) return false;
              line.textContent = line.dataset.label;
              await pause(Math.min(500 * tries, 5000));
              // The server says how far it came.
              received = undefined;
            }
          }
          mark.value = upload;
          return true;
        }

        // The installed app: the worker keeps the look of the site, and shows notices.
        const worker = "serviceWorker" in navigator && document.body.matches(".customer")
          ? navigator.serviceWorker.register("/worker.js").catch(() => null) : null;

        // This device and its notices. It is asked for only when its button is pressed.
        const mayPush = async () => {
          const registration = worker && await worker;
          return registration?.pushManager && window.Notification ? registration : null;
        };
        async function showDevice() {
          if (!find("device-ask")) return;
          const registration = await mayPush();
          const held = await registration?.pushManager.getSubscription().catch(() => null);
          const permission = registration && Notification.permission;
          const shown = {
            "device-unable": !registration,
            "device-denied": permission === "denied",
            "device-on": permission === "granted" && held,
            "device-ask": registration && permission !== "denied",
          };
          // The page may have been renewed while the browser was asked.
          for (const [name, isShown] of Object.entries(shown)) {
            const place = find(name);
            if (place) place.hidden = !isShown;
          }
        }
        // Before the form counts as sent.
        addEventListener("submit", async (event) => {
          const asks = event.target;
          if (asks.dataset.enhance !== "device-ask" || asks.elements.secret.value) return;
          event.preventDefault();
          event.stopImmediatePropagation();
          const unable = (name) => {
            asks.hidden = true;
            find(name).hidden = false;
          };
          const shown = await Notification.requestPermission();
          if (shown !== "granted") return unable("device-denied");
          const ready = await navigator.serviceWorker.ready;
          const wish = { userVisibleOnly: true, applicationServerKey: asks.dataset.value };
          const given = await ready.pushManager.subscribe(wish).catch(() => null);
          if (!given) return unable("device-unable");
          const { endpoint, keys } = given.toJSON();
          asks.elements.address.value = endpoint;
          asks.elements.key.value = keys.p256dh;
          asks.elements.secret.value = keys.auth;
          asks.submit();
        }, true);

        // A browser that shows notices says in each session whose it is now. Where they are another
        // customer's, it gives them up.
        async function meetDevice() {
          const token = document.querySelector('form[action="/sign-out"] input[name="csrf"]')?.value;
          const registration = token && await mayPush();
          const held = await registration?.pushManager.getSubscription().catch(() => null);
          if (!held || sessionStorage.getItem("device") === token) return;
          const body = new URLSearchParams({ csrf: token, address: held.endpoint });
          const request = fetch("/notices/devices/here", { method: "POST", body });
          const answer = await request.catch(() => null);
          if (answer?.status === 410) await held.unsubscribe();
          if (answer?.ok || answer?.status === 410) sessionStorage.setItem("device", token);
        }
        enhance();
        if (!isThen) meetDevice();
        """#
}
