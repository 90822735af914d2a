extension Assets {
    /// The style sheet: tokens, a host's own over them, frame, parts, then what changes with the
    /// width and the medium.
    static func stylesheetText(with look: String) -> String {
        tokensText + "\n\n" + look + partsText
    }

    private static let tokensText = #"""
        /* Tokens. Every colour is a pair, light first; color-scheme picks. */
        :root {
          color-scheme: light dark;
          --paper: light-dark(#f5f5f0, #0c1311);
          --card: light-dark(#ffffff, #141d1a);
          --raised: light-dark(#fafaf7, #1a2522);
          --ink: light-dark(#13211d, #e8efec);
          --soft: light-dark(#51605b, #a3b1ac);
          --line: light-dark(#e0e3db, #2a3733);
          --edge: light-dark(#7c8a85, #6f807a);
          --brand: light-dark(#0d5a4a, #63d5b0);
          --brand-strong: light-dark(#084236, #8ae6c8);
          --on-brand: light-dark(#ffffff, #04231b);
          --brand-tint: light-dark(#e3f1ec, #16332b);
          --hero: light-dark(#0f3f35, #12332b);
          --hero-deep: light-dark(#0a2c26, #0d241f);
          --hero-ink: light-dark(#f2faf6, #f2faf6);
          --hero-soft: light-dark(#b5d3c8, #b5d3c8);
          --hero-line: rgb(255 255 255 / 0.16);
          --owed-tint: light-dark(#fff2d9, #33270f);
          --owed-line: light-dark(#e9a93c, #a97823);
          --owed-ink: light-dark(#6f4100, #ffd48a);
          --good-tint: light-dark(#dff2e6, #14352a);
          --good-ink: light-dark(#0b5a3c, #86dfb6);
          --info-tint: light-dark(#e6eefa, #18283f);
          --info-ink: light-dark(#1d4684, #a9c9fb);
          --bad-tint: light-dark(#fce8e4, #3b1c17);
          --bad-ink: light-dark(#96261a, #ffb3a6);
          --bad-line: light-dark(#c8402f, #e0705f);
          --quiet-tint: light-dark(#ecefe9, #22302c);
          --quiet-ink: light-dark(#43514c, #b9c6c1);
          --focus: light-dark(#1a4fd0, #9dbdff);
          --shadow: 0 1px 2px rgb(16 33 28 / 0.05), 0 6px 24px -12px rgb(16 33 28 / 0.14);
          --round: 1rem;
          --round-small: 0.65rem;
          --gap: 1.25rem;
          --face: "Inter", "SF Pro Text", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto,
            "Helvetica Neue", "Noto Sans", Arial, sans-serif;

          --code: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono",
            monospace;
        }
        :root[data-theme="light"] { color-scheme: light; }
        :root[data-theme="dark"] { color-scheme: dark; }
        /* A browser without light-dark() gets the light page, not a page without colours. */
        @supports not (color: light-dark(#000, #fff)) {
          :root {
            color-scheme: light;
            --paper: #f5f5f0; --card: #fff; --raised: #fafaf7; --ink: #13211d; --soft: #51605b;
            --line: #e0e3db; --edge: #7c8a85; --brand: #0d5a4a; --brand-strong: #084236;
            --on-brand: #fff; --brand-tint: #e3f1ec; --hero: #0f3f35; --hero-deep: #0a2c26;
            --hero-ink: #f2faf6; --hero-soft: #b5d3c8;
            --owed-tint: #fff2d9; --owed-line: #e9a93c; --owed-ink: #6f4100; --good-tint: #dff2e6;
            --good-ink: #0b5a3c; --info-tint: #e6eefa; --info-ink: #1d4684; --bad-tint: #fce8e4;
            --bad-ink: #96261a; --bad-line: #c8402f; --quiet-tint: #ecefe9; --quiet-ink: #43514c;
            --focus: #1a4fd0;
          }
        }
        """#

    private static let partsText = #"""
        /* Ground */
        *, *::before, *::after { box-sizing: border-box; }
        html { font-size: 100%; -webkit-text-size-adjust: 100%; scroll-padding: 5rem 0 6rem; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 1.0625rem/1.55 var(--face); font-feature-settings: "cv05", "ss03";
          overflow-wrap: break-word; min-height: 100vh; display: flex; flex-direction: column;
        }
        h1, h2, h3 { line-height: 1.2; letter-spacing: -0.015em; margin: 0; text-wrap: balance; }
        h1 {
          font-size: clamp(1.75rem, 1.4rem + 1.6vw, 2.375rem); font-weight: 700;
          letter-spacing: -0.025em;
        }
        h2 { font-size: 1.1875rem; font-weight: 650; }
        h3 { font-size: 1.0625rem; font-weight: 650; }
        p { margin: 0; max-width: 66ch; text-wrap: pretty; }
        ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        fieldset { border: 0; min-width: 0; }
        a { color: var(--brand); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
        a:hover { color: var(--brand-strong); text-decoration-thickness: 2px; }
        small, .small { font-size: 0.875rem; }
        .soft { color: var(--soft); }
        .number, .amount, td, dd, time { font-variant-numeric: tabular-nums; }
        .number { white-space: nowrap; }
        code { font-family: var(--code); font-size: 0.875em; overflow-wrap: anywhere; }
        :focus-visible {
          outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px;
        }
        [tabindex="-1"]:focus { outline: none; }
        [hidden] { display: none !important; }
        .unseen {
          position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
          clip-path: inset(50%); white-space: nowrap;
        }
        .skip {
          position: absolute; inset-inline-start: 1rem; top: -4rem; z-index: 9; background: var(--card);
          color: var(--ink);
          padding: 0.75rem 1.25rem; border-radius: var(--round-small); box-shadow: var(--shadow);
        }
        .skip:focus { top: 0.75rem; }
        .icon { width: 1.25em; height: 1.25em; flex: none; display: block; }
        .on-desk { display: none; }

        /* Frame */
        .ribbon {
          background: var(--info-tint); color: var(--info-ink); font-size: 0.875rem;
          text-align: center;
          padding: 0.4rem 1rem; font-weight: 550;
        }
        .ribbon p { max-width: none; }
        .site-header { background: var(--card); border-bottom: 1px solid var(--line); }
        .bar {
          max-width: 72rem; margin: 0 auto; padding: 0 1rem; min-height: 3.75rem; display: flex;
          align-items: center; gap: 0.5rem 2rem; flex-wrap: wrap;
        }
        .wordmark {
          display: inline-flex; align-items: center; gap: 0.55rem; font-weight: 700;
          font-size: 1.125rem;
          letter-spacing: -0.02em; color: var(--ink); text-decoration: none; min-height: 2.75rem;
        }
        .wordmark:hover { color: var(--ink); }
        .wordmark svg { width: 1.75rem; height: 1.75rem; color: var(--brand); }
        .wordmark .slice { stroke: var(--owed-line); }
        .wordmark img { height: 2rem; width: auto; max-width: 12rem; display: block; }
        .site-nav { min-width: 0; }
        .site-nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem; }
        .site-nav a {
          display: flex; align-items: center; gap: 0.45rem; text-decoration: none;
          color: var(--soft);
          font-weight: 550; font-size: 0.9375rem; border-radius: var(--round-small);
          min-height: 2.75rem;
          padding: 0 0.75rem;
        }
        .site-nav a:hover { color: var(--ink); background: var(--quiet-tint); }
        .site-nav a[aria-current] { color: var(--brand-strong); background: var(--brand-tint); }
        .count {
          background: var(--owed-line); color: #241500; font-size: 0.75rem; font-weight: 700;
          line-height: 1;
          border-radius: 99px; padding: 0.22rem 0.42rem; font-variant-numeric: tabular-nums;
        }
        .page {
          width: 100%; max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; flex: 1;
          display: grid; gap: var(--gap); align-content: start;
          grid-template-columns: minmax(0, 1fr);
        }
        .page.narrow { max-width: 43rem; }
        .heading { display: grid; gap: 0.4rem; }
        .heading p { color: var(--soft); font-size: 1.0625rem; }
        .back {
          display: inline-flex; align-items: center; gap: 0.35rem; font-size: 0.9375rem;
          font-weight: 550;
          min-height: 2.75rem; text-decoration: none; width: fit-content; margin-bottom: -0.5rem;
        }
        .back:hover { text-decoration: underline; }
        .columns {
          display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr);
          align-items: start;
        }
        .stack { display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr); }
        .stack.tight { gap: 0.5rem; }
        .site-footer {
          border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9375rem;
        }
        .site-footer .bar { padding-block: 1.25rem; justify-content: space-between; }
        .site-footer ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
        .site-footer li form { gap: 0; }
        .site-footer .text-button { padding: 0; }
        .site-footer li a { display: inline-flex; align-items: center; min-height: 2.75rem; }
        .choices-inline { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; }
        .segmented { display: inline-flex; align-items: center; flex-wrap: wrap; gap: 0.25rem; }
        .segmented button {
          font: inherit; font-size: 0.875rem; color: var(--soft); background: none;
          border: 1px solid transparent;
          border-radius: 99px; min-height: 2.75rem; padding: 0 0.85rem; cursor: pointer;
        }
        .segmented button:hover { border-color: var(--edge); color: var(--ink); }
        .segmented button[aria-current] {
          background: var(--quiet-tint); color: var(--ink); font-weight: 600;
        }

        /* Cards and lists */
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: var(--round);
          box-shadow: var(--shadow); padding: 1.25rem; display: grid; gap: 0.9rem;
          grid-template-columns: minmax(0, 1fr);
        }
        .card-head {
          display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
          gap: 0.25rem 1rem;
        }
        .card-head a {
          font-size: 0.9375rem; font-weight: 550; min-height: 1.75rem; display: inline-flex;
          align-items: center;
        }
        .rows { display: grid; margin: 0 -1.25rem -1.25rem; }
        .rows > li { border-top: 1px solid var(--line); }
        .row {
          display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.3rem 1rem;
          align-items: center;
          padding: 0.9rem 1.25rem; color: inherit; text-decoration: none; min-height: 3.5rem;
        }
        a.row:hover { background: var(--raised); color: inherit; }
        .rows > li:last-child .row { border-radius: 0 0 var(--round) var(--round); }
        .row .lead { font-weight: 600; }
        .row .end { text-align: end; display: grid; justify-items: end; gap: 0.3rem; }
        .row .number { font-weight: 600; }
        .row small { color: var(--soft); display: block; }
        .coin {
          width: 2.5rem; height: 2.5rem; border-radius: 50%; background: var(--brand-tint);
          color: var(--brand-strong); display: grid; place-items: center; font-weight: 700;
          font-size: 0.75rem;
        }
        .row.with-coin { display: flex; flex-wrap: wrap; }
        .row.with-coin .coin { flex: none; }
        .row.with-coin > div { flex: 1 1 5rem; min-width: 0; }
        .row.with-coin > .end { flex: 0 1 auto; margin-inline-start: auto; }
        .empty {
          color: var(--soft); display: grid; gap: 0.75rem; justify-items: start;
          padding: 0.5rem 0;
        }

        /* Balance */
        .hero {
          background: radial-gradient(120% 160% at 100% 0%, var(--hero), var(--hero-deep));
          color: var(--hero-ink);
          border-radius: calc(var(--round) * 1.25); padding: 1.5rem 1.25rem; display: grid;
          gap: 1.35rem;
          box-shadow: var(--shadow); grid-template-columns: minmax(0, 1fr);
        }
        .hero .label {
          color: var(--hero-soft); font-size: 0.9375rem; font-weight: 450; letter-spacing: 0;
        }
        .hero h2.label { margin-bottom: 0.35rem; }
        .hero .amount {
          display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.75rem;
          margin-bottom: 0.35rem;
        }
        .hero .amount strong {
          font-size: clamp(2.5rem, 1.9rem + 3.4vw, 3.75rem); font-weight: 650; line-height: 1.1;
          letter-spacing: -0.035em;
        }
        .owed-word {
          background: #ffcf7d; color: #3a2300; border-radius: 99px; padding: 0.2rem 0.75rem;
          font-weight: 650;
          font-size: 0.9375rem;
        }
        .hero .figures {
          display: grid; gap: 1rem 2rem; border-top: 1px solid var(--hero-line);
          padding-top: 1.25rem;
        }
        .hero dt { color: var(--hero-soft); font-size: 0.9375rem; }
        .hero dd { font-size: 1.4375rem; font-weight: 600; letter-spacing: -0.02em; }
        .hero dd small {
          display: block; font-weight: 400; letter-spacing: 0; color: var(--hero-soft);
          line-height: 1.45;
          margin-top: 0.2rem;
        }
        .hero a:not(.button) { color: var(--hero-ink); }
        .hero :focus-visible { outline-color: #ffe2a8; }

        /* Buttons */
        .actions { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
        .button {
          display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem;
          min-height: 3rem;
          padding: 0.6rem 1.35rem; border-radius: min(0.8rem, var(--round)); border: 1px solid transparent;
          font: inherit;
          font-weight: 600; text-decoration: none; cursor: pointer; background: var(--brand);
          color: var(--on-brand); text-align: center; transition: background-color 0.15s;
        }
        .button:hover { background: var(--brand-strong); color: var(--on-brand); }
        .button.second { background: var(--card); color: var(--ink); border-color: var(--edge); }
        .button.second:hover { background: var(--quiet-tint); color: var(--ink); }
        .button.grave { background: var(--bad-ink); color: var(--card); }
        .button.grave:hover { background: var(--bad-line); }
        .hero .button { background: var(--hero-ink); color: var(--hero-deep); }
        .hero .button:hover { background: var(--hero-soft); color: var(--hero-deep); }
        .hero .button.second {
          background: rgb(255 255 255 / 0.1); color: var(--hero-ink);
          border-color: var(--hero-line);
        }
        .hero .button.second:hover {
          background: rgb(255 255 255 / 0.2); color: var(--hero-ink);
        }
        .button.small { min-height: 2.75rem; padding: 0.35rem 1rem; font-size: 0.9375rem; }
        .button[aria-busy] { opacity: 0.7; cursor: progress; }
        .text-button {
          font: inherit; font-weight: 550; color: var(--brand); background: none; border: 0;
          padding: 0 0.25rem;
          min-height: 2.75rem; cursor: pointer; text-decoration: underline;
          text-underline-offset: 0.2em;
        }

        /* Banner, notes, chips */
        .banner {
          background: var(--owed-tint); color: var(--owed-ink);
          border: 1px solid var(--owed-line);
          border-radius: var(--round); padding: 1.15rem 1.25rem; display: grid; gap: 0.9rem 1rem;
          grid-template-columns: minmax(0, 1fr);
        }
        .banner .say {
          display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.2rem 0.8rem;
        }
        .banner .say .icon { margin-top: 0.15rem; width: 1.4rem; height: 1.4rem; }
        .banner .say > :not(.icon) { grid-column: 2; }
        .banner h2 { font-size: 1.1875rem; }
        .banner p { max-width: 80ch; }
        .banner .button { background: var(--owed-ink); color: var(--owed-tint); }
        .banner .button:hover { background: var(--ink); color: var(--card); }
        .banner[data-tone="info"] {
          background: var(--info-tint); color: var(--info-ink); border-color: currentcolor;
        }
        .banner[data-tone="info"] .button {
          background: var(--info-ink); color: var(--info-tint);
        }
        .banner[data-tone="good"] {
          background: var(--good-tint); color: var(--good-ink); border-color: currentcolor;
        }
        .banner[data-tone="good"] .button {
          background: var(--good-ink); color: var(--good-tint);
        }
        .note {
          border-inline-start: 4px solid var(--edge); background: var(--quiet-tint);
          padding: 0.9rem 1.1rem;
          border-radius: 0 var(--round-small) var(--round-small) 0; display: grid; gap: 0.35rem;
        }
        .note[data-tone="attention"] {
          border-color: var(--owed-line); background: var(--owed-tint); color: var(--owed-ink);
        }
        .note[data-tone="good"] {
          border-color: var(--good-ink); background: var(--good-tint); color: var(--good-ink);
        }
        .note[data-tone="info"] {
          border-color: var(--info-ink); background: var(--info-tint); color: var(--info-ink);
        }
        .note[data-tone="bad"] {
          border-color: var(--bad-line); background: var(--bad-tint); color: var(--bad-ink);
        }
        .note a, .banner a:not(.button) { color: inherit; }
        .chip {
          display: inline-flex; align-items: center; gap: 0.35rem; font-size: 0.8125rem;
          font-weight: 600;
          line-height: 1.3; border-radius: 99px; padding: 0.2rem 0.65rem 0.2rem 0.5rem;
          background: var(--quiet-tint); color: var(--quiet-ink); width: fit-content;
        }
        .chip .icon { width: 1rem; height: 1rem; }
        .chip[data-tone="good"] { background: var(--good-tint); color: var(--good-ink); }
        .chip[data-tone="info"] { background: var(--info-tint); color: var(--info-ink); }
        .chip[data-tone="attention"] { background: var(--owed-tint); color: var(--owed-ink); }
        .chip[data-tone="bad"] { background: var(--bad-tint); color: var(--bad-ink); }

        /* Facts, sums, timelines */
        .facts { display: grid; }
        .facts > div {
          display: grid; gap: 0.1rem 1rem; padding: 0.7rem 0; border-top: 1px solid var(--line);
          grid-template-columns: minmax(0, 1fr);
        }
        .facts > div:first-child { border-top: 0; padding-top: 0; }
        .facts > div:last-child { padding-bottom: 0; }
        .facts dt { color: var(--soft); font-size: 0.9375rem; }
        .facts dd { font-weight: 550; }
        .facts dd small { font-weight: 400; color: var(--soft); display: block; }
        .facts .change { font-weight: 550; font-size: 0.9375rem; }
        .facts .change a { display: inline-flex; align-items: center; min-height: 1.75rem; }
        .sum { width: 100%; border-collapse: collapse; }
        .sum th { font-weight: 400; text-align: start; padding: 0.45rem 1rem 0.45rem 0; }
        .sum td {
          text-align: end; white-space: nowrap; padding: 0.45rem 0; font-weight: 550;
          vertical-align: top;
        }
        .sum tr.total > * {
          border-top: 2px solid var(--ink); font-weight: 700; font-size: 1.125rem;
          padding-top: 0.7rem;
        }
        .timeline { display: grid; }
        .timeline li {
          display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); gap: 0 0.85rem;
          position: relative;
          padding-bottom: 1.35rem;
        }
        .timeline li:last-child { padding-bottom: 0; }
        .timeline li::before {
          content: ""; position: absolute; inset-inline-start: 0.6875rem; top: 1.6rem; bottom: 0.05rem;
          width: 2px;
          background: var(--line);
        }
        .timeline li:last-child::before { display: none; }
        .timeline .dot {
          width: 1.5rem; height: 1.5rem; border-radius: 50%; display: grid; place-items: center;
          background: var(--good-tint); color: var(--good-ink);
        }
        .timeline .dot .icon { width: 0.95rem; height: 0.95rem; }
        .timeline [data-tone="attention"] .dot {
          background: var(--owed-tint); color: var(--owed-ink);
        }
        .timeline [data-tone="bad"] .dot { background: var(--bad-tint); color: var(--bad-ink); }
        .timeline [data-tone="info"] .dot {
          background: var(--info-tint); color: var(--info-ink);
        }
        .timeline [data-tone="later"] .dot {
          background: none; border: 2px dashed var(--edge); color: transparent;
        }
        .timeline [data-tone="later"] { color: var(--soft); }
        .timeline strong { font-weight: 600; }
        .timeline small { color: var(--soft); display: block; }
        details { border-top: 1px solid var(--line); padding-top: 0.25rem; }
        details.plain { border: 0; }
        summary {
          cursor: pointer; font-weight: 600; min-height: 2.75rem; display: flex;
          align-items: center;
          gap: 0.5rem;
        }
        summary::before {
          content: ""; width: 0.5rem; height: 0.5rem; border: solid currentcolor;
          border-width: 0 2px 2px 0;
          transform: rotate(-45deg); margin: 0 0.25rem; flex: none;
        }
        details[open] > summary::before { transform: rotate(45deg); }
        summary::-webkit-details-marker { display: none; }
        .prose { display: grid; gap: 0.35rem; }
        .prose + .prose { margin-top: 0.5rem; }
        .bullets { display: grid; gap: 0.4rem; padding-inline-start: 1.15rem; list-style: disc; }
        .bullets ::marker { color: var(--edge); }

        /* Forms */
        form { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
        form.inline { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
        .field { display: grid; gap: 0.4rem; min-width: 0; }
        .field > label:not(.check), legend { font-weight: 600; padding: 0; }
        legend { margin-bottom: 0.6rem; }
        legend.title { font-size: 1.1875rem; font-weight: 650; letter-spacing: -0.015em; }
        .hint { color: var(--soft); font-size: 0.9375rem; font-weight: 400; }
        input[type="text"], input[type="search"], input[type="file"], select, textarea {
          font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge);
          border-radius: var(--round-small); padding: 0.65rem 0.85rem; min-height: 3rem;
          width: 100%;
          min-width: 0;
        }
        input[type="file"] { padding: 0.6rem; border-style: dashed; background: var(--raised); }
        input[type="file"]::file-selector-button {
          font: inherit; font-weight: 600; color: var(--ink); background: var(--card);
          border: 1px solid var(--edge);
          border-radius: 0.5rem; padding: 0.3rem 0.8rem; margin-inline-end: 0.8rem; cursor: pointer;
        }
        textarea { resize: vertical; }
        .sending { display: grid; gap: 0.75rem; justify-items: start; }
        /* A camera is offered on what may be held in a hand: where a finger points, or little room is. */
        @media (min-width: 48rem) and (hover: hover) and (pointer: fine) {
          .camera { display: none; }
        }
        .money { display: flex; align-items: stretch; max-width: 18rem; }
        .money > span {
          display: grid; place-items: center; padding: 0 0.95rem; border: 1px solid var(--edge);
          border-inline-end: 0;
          border-radius: var(--round-small) 0 0 var(--round-small); background: var(--quiet-tint);
          font-weight: 600;
        }
        .money > input {
          border-radius: 0 var(--round-small) var(--round-small) 0 !important; font-size: 1.25rem;
          font-weight: 600; font-variant-numeric: tabular-nums;
        }
        [aria-invalid="true"] { border: 2px solid var(--bad-line) !important; }
        .error {
          color: var(--bad-ink); font-weight: 600; font-size: 0.9375rem; display: flex;
          gap: 0.4rem;
          align-items: start;
        }
        .error .icon { margin-top: 0.1rem; }
        .error-summary {
          border: 2px solid var(--bad-line); border-radius: var(--round); padding: 1.1rem 1.25rem;
          display: grid;
          gap: 0.5rem; background: var(--card);
        }
        .error-summary a { color: var(--bad-ink); font-weight: 600; }
        .options { display: grid; gap: 0.65rem; }
        .option {
          display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.2rem 0.9rem;
          align-items: start;
          border: 1px solid var(--line); border-radius: var(--round-small); padding: 0.95rem 1rem;
          min-height: 2.75rem;
          background: var(--card); cursor: pointer; position: relative;
        }
        .option:hover { border-color: var(--edge); }
        .option:has(input:checked) {
          border-color: var(--brand); box-shadow: inset 0 0 0 1px var(--brand);
          background: var(--brand-tint);
        }
        .option:has(input:focus-visible) { outline: 3px solid var(--focus); outline-offset: 2px; }
        .option input {
          width: 1.375rem; height: 1.375rem; margin: 0.1rem 0 0; accent-color: var(--brand);
        }
        .option input:focus-visible { outline: none; }
        .option .lead { font-weight: 600; }
        .option .body { display: grid; gap: 0.1rem; min-width: 0; overflow-wrap: anywhere; }
        .option .body small { color: var(--soft); }
        .option .fee { font-size: 0.875rem; font-weight: 600; text-align: end; }
        .option.off { background: var(--raised); cursor: default; border-style: dashed; }
        .option.off .lead, .option.off .fee { color: var(--soft); }
        .option.off .why { color: var(--ink); }
        .check {
          display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.85rem;
          align-items: start;
          cursor: pointer; padding: 0.35rem 0;
        }
        .check input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--brand); }
        .pair { display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr); }

        /* Tables: a table on a desk, cards on a phone, one document for both. */
        .data { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
        .data caption {
          text-align: start; font-weight: 650; font-size: 1.0625rem; padding-bottom: 0.6rem;
        }
        .data thead {
          position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden;
        }
        .data, .data caption, .data tbody, .data tr, .data th, .data td { display: block; }
        .data tbody tr {
          border-top: 1px solid var(--line); padding: 0.8rem 0; display: grid; gap: 0.25rem;
          grid-template-columns: minmax(0, 1fr);
        }
        .data tbody tr > * { text-align: start; font-weight: 400; padding: 0; }
        .data tbody tr > th { font-weight: 600; }
        .data tbody th small { font-weight: 400; }
        .data tbody td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
        .data th, .data td { overflow-wrap: anywhere; }
        .data td .chip { vertical-align: middle; display: inline-flex; }
        .data td.empty-cell { color: var(--soft); }

        /* Done, problems */
        .done { display: grid; gap: 1rem; justify-items: start; }
        .seal {
          width: 4rem; height: 4rem; border-radius: 50%; display: grid; place-items: center;
          background: var(--good-tint); color: var(--good-ink);
        }
        .seal .icon { width: 2.1rem; height: 2.1rem; }
        .seal[data-tone="info"] { background: var(--info-tint); color: var(--info-ink); }
        .seal[data-tone="attention"] { background: var(--owed-tint); color: var(--owed-ink); }
        .seal[data-tone="quiet"] { background: var(--quiet-tint); color: var(--quiet-ink); }
        .sheet { gap: 1.1rem; }
        .sheet-brand { color: var(--soft); font-weight: 650; }
        .sheet h2 { margin-top: 0.5rem; }
        .reference { font-family: var(--code); font-size: 1.0625rem; letter-spacing: 0.02em; }

        /* The operator's desk */
        .tiles {
          display: grid; gap: 0.85rem;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 12.5rem), 1fr));
        }
        .tile {
          background: var(--card); border: 1px solid var(--line);
          border-radius: var(--round-small);
          padding: 0.95rem 1.05rem;
          display: grid; gap: 0.15rem; color: inherit; text-decoration: none;
          align-content: start;
          min-width: 0;
        }
        a.tile:hover { border-color: var(--edge); color: inherit; }
        .tile .label { color: var(--soft); font-size: 0.875rem; }
        .tile .figure {
          font-size: 1.5rem; font-weight: 650; letter-spacing: -0.025em;
          font-variant-numeric: tabular-nums; overflow-wrap: anywhere; line-height: 1.25;
        }
        .tile small { color: var(--soft); font-size: 0.8125rem; }
        .tile[data-tone="attention"] {
          border-color: var(--owed-line); background: var(--owed-tint); color: var(--owed-ink);
        }
        .tile[data-tone="bad"] {
          border-color: var(--bad-line); background: var(--bad-tint); color: var(--bad-ink);
        }
        .tile[data-tone="good"] .figure { color: var(--good-ink); }
        .tile[data-tone="attention"] :is(.label, small), .tile[data-tone="bad"] :is(.label, small) {
          color: inherit;
        }
        .desk .page { max-width: 90rem; }
        .desk .site-header .bar, .desk .site-footer .bar { max-width: 90rem; }
        .desk .site-nav ul { flex-wrap: wrap; }
        .switch {
          border: 2px solid var(--good-ink); border-radius: var(--round); padding: 1.25rem;
          display: grid; gap: 1rem; background: var(--card);
        }
        .switch[data-tone="attention"] {
          border-color: var(--owed-line); background: var(--owed-tint); color: var(--owed-ink);
        }
        .switch .state {
          font-size: 1.75rem; font-weight: 750; letter-spacing: 0.02em; display: flex;
          gap: 0.6rem;
          align-items: center;
        }
        .flags { display: flex; flex-wrap: wrap; gap: 0.4rem; }
        .paper {
          max-width: 100%; border: 1px solid var(--line); border-radius: var(--round-small);
          background: #fff; display: block; width: 100%; height: auto;
        }

        @media (min-width: 40rem) {
          .page { padding: 2rem 1.5rem 4rem; }
          .bar { padding-inline: 1.5rem; }
          .card { padding: 1.5rem; gap: 1rem; }
          .rows { margin: 0 -1.5rem -1.5rem; }
          .row { padding-inline: 1.5rem; }
          .hero { padding: 2rem; }
          .hero .figures { grid-template-columns: 1fr 1fr; }
          .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          .facts > div { display: flex; flex-wrap: wrap; align-items: baseline; }
          .facts dt { flex: 0 1 max(34%, 8rem); }
          .facts dd { flex: 1 1 8rem; min-width: min(100%, min-content); }
          .facts dd.change { flex: 0 0 auto; }
          .data { display: table; }
          .data caption { display: table-caption; }
          .data thead { position: static; clip-path: none; display: table-header-group; }
          .data tbody { display: table-row-group; }
          .data tr, .data tbody tr { display: table-row; }
          .data th, .data td { display: table-cell; overflow-wrap: break-word; }
          .data thead th {
            text-align: start; color: var(--soft); font-weight: 550; font-size: 0.875rem;
            padding: 0 1rem 0.55rem 0; vertical-align: bottom;
          }
          .data tbody tr > * {
            border-top: 1px solid var(--line); padding: 0.8rem 1rem 0.8rem 0; vertical-align: top;
          }
          .data tr > :last-child { padding-inline-end: 0; }
          .data tbody td[data-label]::before { content: none; }
          .data .number, .data thead th.number { text-align: end; }
          .banner.wide { grid-template-columns: minmax(0, 1fr) auto; align-items: center; }
        }
        @media (min-width: 60rem) {
          .columns { grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); gap: 1.5rem; }
          .columns.even { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          .page { gap: 1.5rem; }
          .on-desk { display: revert; }
          .on-phone { display: none; }
          .site-nav .icon { display: none; }
        }
        @media (max-width: 59.99rem) {
          .customer .site-nav a {
            flex-direction: column; gap: 0.1rem; font-size: 0.75rem; padding: 0.4rem 0.25rem;
            justify-content: center; min-height: 3.5rem; position: relative;
          }
          .customer .site-nav .icon { width: 1.5rem; height: 1.5rem; }
          .customer .site-nav ul { justify-content: space-around; flex-wrap: nowrap; }
          .customer .site-nav li { flex: 1 1 0; min-width: 0; }
          .customer .site-nav li.on-desk { display: none; }
          .customer .site-nav { width: 100%; }
          .customer .site-nav .count {
            position: absolute; top: 0.2rem; inset-inline-start: calc(50% + 0.35rem);
          }
        }
        /* A bar at the foot, like an app's, only where the screen is tall enough to spare it. */
        @media (max-width: 59.99rem) and (min-height: 30rem) {
          .customer .site-nav {
            position: fixed; inset: auto 0 0; z-index: 5; background: var(--card);
            border-top: 1px solid var(--line);
            padding: 0.25rem 0.25rem calc(0.25rem + env(safe-area-inset-bottom));
          }
          .customer .site-footer { padding-bottom: 5rem; }
        }
        @media (max-width: 39.99rem) {
          .banner .button, .actions.wide .button, .hero .actions .button { width: 100%; }
          .hero .actions {
            display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 8rem), 1fr));
          }
          .hero .actions .button { padding-inline: 0.6rem; overflow-wrap: anywhere; }
          .hero .actions .button:first-child { grid-column: 1 / -1; }
          .option { grid-template-columns: auto minmax(0, 1fr); }
          .option .fee { grid-column: 2; text-align: start; }
        }

        @media (forced-colors: active) {
          .card, .banner, .note, .chip, .button, .tile, .hero, .option, .owed-word {
            border: 1px solid CanvasText;
          }
          .option:has(input:checked) { border: 3px solid Highlight; }
          .site-nav a[aria-current] { border-bottom: 3px solid Highlight; }
          .icon { forced-color-adjust: auto; }
        }
        @media (prefers-reduced-motion: reduce) {
          *, *::before, *::after {
            transition: none !important; animation: none !important;
            scroll-behavior: auto !important;
          }
        }
        @media (prefers-contrast: more) {
          :root { --soft: var(--ink); --line: var(--edge); }
        }
        @media print {
          :root { color-scheme: light; }
          .site-nav, .site-footer, .skip, .actions, .ribbon, .back { display: none !important; }
          body { background: #fff; font-size: 11pt; }
          .card, .hero, .banner { box-shadow: none; break-inside: avoid; border: 1px solid #999; }
          .hero { background: #fff; color: #000; }
          .hero .label, .hero dt, .hero dd small { color: #333; }
          .page { padding: 0; max-width: none; }
          .site-header { border: 0; }
          body:has(.sheet) .site-header { display: none; }
          .site-header .bar { padding: 0; }
          .sheet { border: 0; padding: 0; background: none; }
          details::details-content { content-visibility: visible; block-size: auto; }
        }
        .big { font-size: 2.25rem; font-weight: 650; letter-spacing: -0.03em; line-height: 1.15; }
        .ledger { display: grid; }
        .ledger li {
          display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1.25rem;
          align-items: baseline;
          padding: 0.7rem 0; border-top: 1px solid var(--line);
        }
        .ledger li:first-child { border-top: 0; }
        .ledger li > div {
          display: grid; grid-template-columns: minmax(0, 1fr); min-width: 0; flex: 1 1 12rem;
          overflow-wrap: anywhere;
        }
        .ledger .number, .ledger .lead { font-weight: 600; }
        .card.flush > .rows { margin-top: -1.25rem; }
        .card.flush > .rows > li:first-child { border-top: 0; }
        .card.flush > .rows > li:first-child .row {
          border-radius: var(--round) var(--round) 0 0;
        }
        @media (min-width: 40rem) { .card.flush > .rows { margin-top: -1.5rem; } }
        .letter.unread { border-inline-start: 4px solid var(--brand); }
        .filter a {
          display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0 1rem;
          border-radius: 99px;
          text-decoration: none; color: var(--soft); font-weight: 550; font-size: 0.9375rem;
        }
        .filter a:hover { background: var(--quiet-tint); color: var(--ink); }
        .filter a[aria-current] { background: var(--ink); color: var(--paper); }
        .option .mark { color: var(--soft); width: 1.375rem; }
        .block { display: block; }
        .rate { display: grid; gap: 0.35rem; }
        progress {
          appearance: none; width: 100%; height: 0.6rem; border: 0; border-radius: 99px;
          overflow: hidden;
          background: var(--quiet-tint); accent-color: var(--good-ink);
        }
        progress::-webkit-progress-bar { background: var(--quiet-tint); }
        progress::-webkit-progress-value { background: var(--good-ink); border-radius: 99px; }
        progress::-moz-progress-bar { background: var(--good-ink); border-radius: 99px; }
        progress[data-tone="attention"]::-webkit-progress-value { background: var(--owed-line); }
        progress[data-tone="attention"]::-moz-progress-bar { background: var(--owed-line); }
        progress[data-tone="bad"]::-webkit-progress-value { background: var(--bad-line); }
        progress[data-tone="bad"]::-moz-progress-bar { background: var(--bad-line); }

        fieldset > .error { margin-bottom: 0.6rem; }
        @media (max-width: 39.99rem) {
          .data caption.unseen ~ tbody tr:first-child { border-top: 0; padding-top: 0; }
          .data tbody tr:last-child { padding-bottom: 0; }
        }

        .desk .field { max-width: 42rem; }
        @media (min-width: 40rem) { .button { justify-self: start; } }
        /* On a phone a deposit's row is two lines: name and amount, then date and status. */
        @media (max-width: 39.99rem) {
          .row:not(.with-coin) {
            grid-template-columns: minmax(0, 1fr) auto auto; column-gap: 0.5rem;
          }
          .row:not(.with-coin) > div { display: contents; }
          .row:not(.with-coin) .lead { grid-column: 1 / 3; }
          .row:not(.with-coin) .number { order: 1; grid-column: 3; justify-self: end; }
          .row:not(.with-coin) small { order: 2; grid-column: 1; }
          .row:not(.with-coin) .chip { order: 3; grid-column: 2 / 4; justify-self: end; }
        }
        @media (max-width: 23.99rem) {
          .row:not(.with-coin) small { grid-column: 1 / 4; }
          .row:not(.with-coin) .chip { grid-column: 1 / 4; justify-self: start; }
        }

        /* What the page says by itself, and what it says without a connection. */
        .toast {
          position: fixed; z-index: 8;
          inset: auto 1rem calc(5.5rem + env(safe-area-inset-bottom)) 1rem;
          max-width: 34rem; margin: 0 auto; padding: 0.85rem 1.15rem; background: var(--ink);
          color: var(--paper); border-radius: var(--round-small); box-shadow: var(--shadow);
          border: 1px solid transparent; text-align: center;
        }
        .toast.offline {
          position: static; order: -1; max-width: none; margin: 0; border-radius: 0;
          background: var(--owed-tint); color: var(--owed-ink); box-shadow: none;
        }
        .toast:empty { padding: 0; border: 0; }
        .button[aria-disabled="true"], button[aria-disabled="true"] {
          opacity: 0.55; cursor: not-allowed;
        }
        @media (min-width: 48rem) { .toast { inset: auto 1.5rem 1.5rem auto; margin: 0; } }

        /* How notices come */
        .wishes { padding-bottom: 1rem; border-bottom: 1px solid var(--line); }
        .wishes:last-of-type { border-bottom: 0; padding-bottom: 0; }
        .wishes .hint { display: block; }
        .wishes .pair {
          grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); margin-top: 0.6rem;
        }
        .device {
          display: flex; flex-wrap: wrap; gap: 0.35rem 1rem; align-items: center;
          justify-content: space-between;
        }
        @media print { .toast { display: none; } }
        """#
}
