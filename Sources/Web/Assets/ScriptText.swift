extension Assets {
    /// The page script: conveniences only.
    static let scriptText = #"""
        // Everything here is a convenience; every page works without it.

        // Relative times ("in 1 day 23 hours") are kept true once a minute, without a live region.
        const units = [["day", 86400000], ["hour", 3600000], ["minute", 60000]];
        const language = document.documentElement.lang;
        const reader = ["en-US", "es-US"].includes(language) ? language : "en-US";

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

        // A payment under way is looked at again every fifteen seconds while the page is visible. The
        // page is replaced only when its state has changed, so nobody is interrupted for nothing.
        const watched = document.querySelector('[data-enhance="watch"]');
        if (watched) {
          setInterval(async () => {
            if (document.hidden) return;
            const request = fetch(location.href, { headers: { Accept: "text/html" } });
            const answer = await request.catch(() => null);
            if (!answer?.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const now = page.querySelector('[data-enhance="watch"]')?.dataset.value;
            if (now !== watched.dataset.value) location.assign(answer.url);
          }, 15000);
        }

        // A file's size is checked before it travels.
        for (const input of document.querySelectorAll('input[type="file"][data-value]')) {
          input.addEventListener("change", () => {
            const tooLarge = input.files[0] && input.files[0].size > Number(input.dataset.value);
            input.setCustomValidity(tooLarge ? input.dataset.label : "");
            if (tooLarge) input.reportValidity();
          });
        }

        for (const button of document.querySelectorAll('[data-enhance="print"]')) {
          button.hidden = false;
          button.addEventListener("click", () => print());
        }
        """#
}
