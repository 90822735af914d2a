/// The style of all pages of the sandbox, served as one sheet.
enum SandboxStyle {
    static let path = "/sandbox.css"

    static let sheet = """
        :root {
          color-scheme: light dark;
          --ground: #f4f5f2; --card: #ffffff; --ink: #1c2321; --soft: #5a6562;
          --line: #dde1dc; --accent: #1f6f5c; --accent-ink: #ffffff; --tint: #e4f0ec;
          --warn: #8a3b12; --warn-tint: #fbeadf; --good: #1f6f5c; --good-tint: #e0f1ea;
          --radius: 14px;
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #121715; --card: #1b211f; --ink: #e8ecea; --soft: #9eaaa6;
            --line: #2d3633; --accent: #6cc7ae; --accent-ink: #0c1f19; --tint: #21332d;
            --warn: #f3b48c; --warn-tint: #3a2418; --good: #7fd6bb; --good-tint: #19332a;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
        .bar { background: var(--card); border-bottom: 1px solid var(--line); }
        .bar-inner, main, .foot { max-width: 66rem; margin: 0 auto; padding: 0 1rem; }
        .bar-inner { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center;
          padding-block: .75rem; }
        .brand { font-weight: 700; letter-spacing: -.01em; margin-right: auto; color: var(--ink);
          text-decoration: none; }
        .bar nav { display: flex; flex-wrap: wrap; gap: .25rem .4rem; }
        .bar nav a { color: var(--soft); text-decoration: none; padding: .45rem .7rem;
          border-radius: 999px; }
        .bar nav a:hover { color: var(--ink); background: var(--tint); }
        .bar nav a[aria-current] { color: var(--ink); background: var(--tint); font-weight: 600; }
        main { padding-block: 1.25rem 2rem; }
        .foot { color: var(--soft); font-size: .9rem; padding-block: 0 2rem; }
        h1 { font-size: 1.65rem; line-height: 1.2; letter-spacing: -.02em; margin: .25rem 0 1rem; }
        h2 { font-size: 1.15rem; letter-spacing: -.01em; margin: 0 0 .5rem; }
        h3 { font-size: 1rem; margin: 1rem 0 .35rem; }
        p { margin: .35rem 0 .75rem; }
        a { color: var(--accent); }
        small, .soft { color: var(--soft); }
        small { font-size: .875rem; }
        .card { background: var(--card); border: 1px solid var(--line);
          border-radius: var(--radius); padding: 1.1rem; margin: 0 0 1rem; }
        .narrow { max-width: 30rem; margin-inline: auto; }
        .grid { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit,
          minmax(min(100%, 19rem), 1fr)); align-items: start; }
        .big { font-size: 2rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em;
          font-variant-numeric: tabular-nums; margin: 0 0 .25rem; }
        .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .4rem 0; }
        .row > form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: 0; }
        label { display: block; font-size: .875rem; color: var(--soft); }
        label.choice { display: flex; gap: .7rem; align-items: start; font-size: 1rem;
          color: var(--ink); padding: .75rem; border: 1px solid var(--line); border-radius: 10px;
          margin: 0 0 .5rem; cursor: pointer; }
        label.choice:has(:checked) { border-color: var(--accent); background: var(--tint); }
        label.choice input { width: auto; min-height: 0; margin: .3rem 0 0; }
        input, select { font: inherit; color: inherit; background: var(--ground);
          border: 1px solid var(--line); border-radius: 9px; padding: .5rem .65rem;
          min-height: 44px; width: 100%; min-width: 0; }
        .short { width: 8.5rem; } .tiny { width: 6rem; }
        fieldset { border: 0; padding: 0; margin: 0 0 .75rem; }
        legend { padding: 0; font-weight: 600; margin-bottom: .5rem; }
        button, .button { font: inherit; font-size: .95rem; font-weight: 550; border: 1px solid var(--line);
          background: var(--card); color: var(--ink); border-radius: 9px; padding: .5rem .9rem;
          min-height: 44px; cursor: pointer; text-decoration: none; display: inline-flex;
          align-items: center; }
        button:hover, .button:hover { border-color: var(--accent); }
        button.main, .button.main { background: var(--accent); border-color: var(--accent);
          color: var(--accent-ink); }
        button.wide, .button.wide { width: 100%; justify-content: center; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .flash { border-radius: 10px; padding: .75rem 1rem; margin: 0 0 1rem;
          background: var(--good-tint); color: var(--good); }
        .flash.problem { background: var(--warn-tint); color: var(--warn); }
        .chip { display: inline-block; font-size: .825rem; font-weight: 600; padding: .1rem .6rem;
          border-radius: 999px; background: var(--tint); color: var(--accent); }
        .chip.problem { background: var(--warn-tint); color: var(--warn); }
        .scroll { overflow-x: auto; margin-inline: -1.1rem; padding-inline: 1.1rem; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .5rem .75rem .5rem 0; vertical-align: top;
          border-bottom: 1px solid var(--line); }
        th { font-size: .825rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
        td.amount, th.amount { text-align: right; white-space: nowrap; }
        tr:last-child td { border-bottom: 0; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 .5rem; }
        dt { color: var(--soft); } dd { margin: 0; font-variant-numeric: tabular-nums; }
        .entry { border-top: 1px solid var(--line); padding: .9rem 0; }
        .entry:first-of-type { border-top: 0; padding-top: .25rem; }
        .entry-head { display: flex; flex-wrap: wrap; gap: .15rem .9rem; align-items: baseline; }
        .entry-head .amount { margin-left: auto; font-weight: 650;
          font-variant-numeric: tabular-nums; }
        details > summary { cursor: pointer; color: var(--accent); min-height: 44px;
          display: flex; align-items: center; }
        code { font-size: .9em; }
        .letter { white-space: pre-wrap; }
        ul.plain { list-style: none; padding: 0; margin: 0; }
        ul.plain li { border-top: 1px solid var(--line); padding: .7rem 0; }
        ul.plain li:first-child { border-top: 0; }
        @media (forced-colors: active) { .chip, .flash, .card { border: 1px solid; } }
        @media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; } }
        """
}
