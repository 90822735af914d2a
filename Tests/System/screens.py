"""Looks at every screen of the customer's in a real browser, and walks through them with a keyboard.

First the pages themselves: each in every state, made of sample values by the program's own code and
written to a folder, in English, in Spanish and in the made-up language of tests; on 320, 768 and
1280 pixels, light and dark. Nothing may stick out, axe may find nothing, no text may lack its key.
Then the running program: the journeys by keyboard alone, two devices that pay at once, double
clicks and ways back, receipts, sessions, and a host's own look.
Pictures are in artifacts/screens. `--long` takes and checks every combination.
"""

import argparse
import functools
import http.server
import json
import os
import pathlib
import re
import subprocess
import threading
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from story import DESK, PHONE, Visitor, World, expect
from system import ROOT, Makewhole

LANGUAGES = ("en-US", "es-US", "en-XA")
WIDTHS = (320, 768, 1280)
THEMES = ("light", "dark")
PICTURES = ROOT / "artifacts" / "screens"

# Looked at in every run; the others with --long.
IMPORTANT = (
    "home-owed", "home-several", "home-new", "deposits", "deposit-owed", "deposit-settled", "settle",
    "settle-problems", "documents-another", "review", "processing-unknown", "done", "receipt",
    "notices", "sale-notice", "sale", "help", "security", "fault", "session-ended",
)

RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

# What sticks out of the page to the right, or is cut off within its own box.
STICKING_OUT = r"""() => {
  const wide = innerWidth + 0.5;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page itself");
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest(".unseen, .skip, svg, .data thead")) continue;
    const box = element.getBoundingClientRect();
    if (box.width && box.right > wide) found.push(element.outerHTML.slice(0, 120));
    const style = getComputedStyle(element);
    const words = [...element.childNodes].some(
      node => node.nodeType === 3 && /\p{L}{5}/u.test(node.data));
    const letter = parseFloat(style.fontSize);
    if (words && box.width && box.width < 2.2 * letter && box.height > 4 * letter)
      found.push("squeezed: " + element.outerHTML.slice(0, 120));
    if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === "hidden"
        && element.clientWidth) found.push("cut off: " + element.outerHTML.slice(0, 120));
  }
  return found.slice(0, 5);
}"""

# What is said to those who do not see the page, and the title.
SPOKEN = """() => [document.title, ...[...document.querySelectorAll(
  "[aria-label], [alt], [placeholder], [title]")].flatMap(element =>
  ["aria-label", "alt", "placeholder", "title"].map(name => element.getAttribute(name)))]
  .filter(text => text && /[A-Za-z]{2}/.test(text))"""

TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter(element => {
    if (element.type === "hidden" || element.closest("[hidden]")) return false;
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest("p, li:not(.site-footer li), small")) return false;
    const label = element.closest("label");
    const target = label ? label.getBoundingClientRect() : box;
    return Math.min(target.width, target.height) < 24;
  }).map(element => element.outerHTML.slice(0, 120))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def serve(folder):
    """The folder of pages as a site of its own."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def write_pages(folder):
    """Every page in every state, as the program's own code makes it."""
    done = subprocess.run(
        ["swift", "test", "--skip-build", "--disable-xctest", "--filter", "ScreenFolderTests"],
        cwd=ROOT, env=os.environ | {"MAKEWHOLE_SCREENS": str(folder)}, capture_output=True,
        text=True, check=False)
    expect(done.returncode == 0, "the pages are written", done.stdout[-2000:], done.stderr[-2000:])


class Matrix:
    """Screens by states by widths by colours by languages."""

    def __init__(self, browser, site, names, is_long):
        self.browser, self.site, self.is_long = browser, site, is_long
        self.names = names
        self.axe = Axe()
        self.found = []
        self.looked = self.asked = 0

    def tell(self, name, language, what, *facts):
        self.found.append(f"{name} in {language}: {what}" + "".join(f"\n    {f}" for f in facts))

    def run(self):
        for theme in THEMES:
            context = self.browser.new_context(
                color_scheme=theme, viewport={"width": 1280, "height": 900})
            page = context.new_page()
            for language in LANGUAGES:
                for name in self.names:
                    # The colours move nothing, so what sticks out is looked for in one of them.
                    if theme == "dark" and not self.is_long and name not in IMPORTANT:
                        continue
                    self.look(page, name, language, theme)
            context.close()
        (PICTURES / "found.txt").write_text("\n".join(self.found))
        expect(not self.found, "every screen is as it should be", *self.found[:20],
               f"{len(self.found)} in all; see artifacts/screens/found.txt")

    def look(self, page, name, language, theme):
        page.goto(f"{self.site}/{language}/{name}.html")
        # The made-up language is for missing keys; its words are no longer than Spanish ones.
        is_whole = self.is_long or language != "en-XA"
        for width in WIDTHS if is_whole else WIDTHS[:1]:
            page.set_viewport_size({"width": width, "height": 900})
            self.looked += 1
            sticking = page.evaluate(STICKING_OUT)
            if sticking:
                self.tell(name, language, f"sticks out at {width} px", *sticking)
            if self.asks(name, language, theme, width):
                self.ask(page, name, language, theme, width)
            if self.is_long or (name in IMPORTANT and language != "en-XA" and width != 768):
                folder = PICTURES / f"{language}-{theme}-{width}"
                folder.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=folder / f"{name}.png", full_page=True)
        if theme == "light" and is_whole:
            self.enlarge(page, name, language)
        if language == "en-XA":
            bare = [text for text in page.evaluate(SPOKEN) if "⟦" not in text and not
                    re.fullmatch(r"Makewhole|[A-Z0-9 .]+", text)]
            if bare:
                self.tell(name, language, "is spoken without a key", *bare)

    def asks(self, name, language, theme, width):
        """Whether axe is asked: everywhere, or for the important in one language a colour."""
        if self.is_long:
            return True
        by_theme = {"light": ("en-US", 320), "dark": ("es-US", 1280)}
        return name in IMPORTANT and (language, width) == by_theme[theme]

    def ask(self, page, name, language, theme, width):
        self.asked += 1
        for one in self.axe.run(page, options=RULES).response["violations"]:
            self.tell(name, language, f"axe, {theme}, {width} px: {one['id']}",
                      one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
        small = page.evaluate(TOO_SMALL)
        if small:
            self.tell(name, language, f"targets below 24 px at {width} px", *small)

    def enlarge(self, page, name, language):
        """Letters twice as large on a desk (1.4.4), and spaced as 1.4.12 asks on a phone."""
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        sticking = page.evaluate(STICKING_OUT)
        if sticking:
            self.tell(name, language, "sticks out with letters of 200 %", *sticking)
        page.evaluate("""() => {
          document.documentElement.style.fontSize = "";
          const spaced = new CSSStyleSheet();
          spaced.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
            word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
          document.adoptedStyleSheets = [spaced];
        }""")
        page.set_viewport_size({"width": 320, "height": 900})
        sticking = page.evaluate(STICKING_OUT)
        if sticking:
            self.tell(name, language, "sticks out with spaced letters", *sticking)


def check_paper(browser, site, folder):
    """What is printed, and what is kept as a file, say what the page says."""
    context = browser.new_context(viewport={"width": 816, "height": 1056})
    page = context.new_page()
    page.goto(f"{site}/en-US/receipt.html")
    page.emulate_media(media="print")
    for hidden in (".site-nav", ".site-footer", ".actions", ".back"):
        expect(not page.locator(hidden).first.is_visible(), f"{hidden} is not printed")
    expect(page.get_by_text("$51.45").first.is_visible(), "the amount is printed")
    page.screenshot(path=PICTURES / "receipt-printed.png", full_page=True)
    context.close()
    for language, words in (("en-US", ("Receipt", "Paid in all", "page 1 of 1")),
                            ("es-US", ("Comprobante", "Pagado en total", "página 1 de 1"))):
        text = pdf_text(folder / language / "receipt.pdf")
        for word in (*words, "$51.45", "$35.00", "MW-7F3K-22", "Ada Sample"):
            expect(word in text, f"the {language} receipt says {word}", text)
        heard = subprocess.run(
            ["pdfinfo", "-struct-text", str(folder / language / "receipt.pdf")],
            capture_output=True, text=True, check=True).stdout.split()
        for part in ("Document", "H1", "H2", "Table", "TR", "TH:", "TD"):
            expect(part in heard, f"the {language} receipt has a {part} for who hears it", heard)
    text = pdf_text(folder / "en-US" / "sale.pdf")
    for word in ("0.0012 BTC", "$41,900.00", "\u2212$50.00", "$0.28"):
        expect(word in text, f"the receipt of a sale says {word}", text)


def pdf_text(path):
    """What another program reads in a PDF; it complains of a file that is not one."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=False)
    expect(done.returncode == 0 and not done.stderr, f"{path.name} is a PDF", done.stderr)
    return done.stdout


# The running program.


class Guest(Visitor):
    """A visitor whose pictures lie with those of the screens."""

    def picture(self, step):
        folder = PICTURES / "journeys"
        folder.mkdir(parents=True, exist_ok=True)
        number = next(Visitor.numbers)
        self.page.screenshot(path=folder / f"{number:02}-{self.name}-{step}.png", full_page=True)


class Keyboard:
    """A visitor who has no mouse: Tab, Shift+Tab, arrows, Space and Enter."""

    def __init__(self, visitor):
        self.visitor, self.page = visitor, visitor.page

    def focused(self):
        return self.page.evaluate("""() => {
          const element = document.activeElement;
          if (!element || element === document.body) return null;
          const box = element.getBoundingClientRect();
          const label = element.labels?.[0] ?? element;
          const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1);
          const y = Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 1);
          const top = document.elementFromPoint(x, y);
          const style = getComputedStyle(element.closest(".option, .check") ?? element);
          return {
            text: (element.getAttribute("aria-label") ?? label.innerText ?? "").trim(),
            name: element.name ?? "", value: element.value ?? "",
            seen: top === element || element.contains(top) || !!top?.contains(element)
              || !!label.contains(top),
            ring: style.outlineStyle !== "none" || getComputedStyle(element).outlineStyle !== "none",
          };
        }""")

    def tab_to(self, words, key="Tab"):
        """Goes on until `words` have the focus. Whatever has it on the way can be seen."""
        for _ in range(120):
            self.page.keyboard.press(key)
            at = self.focused()
            if at is None:
                continue
            expect(at["seen"], f"the focus is not covered on {self.page.url}", at)
            expect(at["ring"], f"the focus has a ring on {self.page.url}", at)
            if at["text"].split("\n")[0] == words or (at["name"], at["value"]) == words \
                    or at["name"] == words:
                return
        raise AssertionError(f"the keyboard does not come to {words} on {self.page.url}\n"
                             + self.visitor.text())

    def press(self, words):
        """Enter on what is called `words`; another page comes."""
        self.tab_to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, group, value):
        """The arrows choose in a group of radio buttons."""
        self.tab_to(group)
        for _ in range(20):
            if self.focused()["value"] == value:
                # A first choice that is not made yet is made with Space.
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not come to {value}")


LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32">
<rect width="120" height="32" rx="6" fill="#5b2a86"/></svg>"""


def themed_world(binaries):
    """A world whose host has a look of its own."""
    world = World.__new__(World)
    world.monday = None
    world.server = Makewhole(binaries, sandbox=True, more={
        "brand": "Sample Exchange", "theme": {"file": "look.json"}})
    (world.server.folder / "logo.svg").write_bytes(LOGO)
    (world.server.folder / "look.json").write_text(json.dumps({
        "colors": {"brand": ["#5b2a86", "#c9a6ee"], "brand-strong": ["#3f1b60", "#dcc4f5"],
                   "on-brand": ["#ffffff", "#22103a"], "brand-tint": ["#f1e9f8", "#2c2038"],
                   "hero": ["#3f1b60", "#33224a"], "hero-deep": ["#2a0f44", "#21152f"],
                   "hero-ink": ["#ffffff", "#ffffff"], "hero-soft": ["#dcc9ee", "#dcc9ee"]},
        "corners": 6, "face": "serif", "logo": "logo.svg", "logo_has_name": True}))
    world.server.start()
    return world


def a_debt(world, reference, amount, spend):
    """A deposit that was spent on bitcoin and came back."""
    customer = world.customer(reference)["id"]
    methods = world.ask(f"/v1/customers/{customer}/payment-methods")["data"]
    account = next(one["id"] for one in methods if one["type"] == "bank_account")
    status, answer = world.server.call(
        "POST", f"/v1/customers/{customer}/deposits",
        {"method": account, "amount_minor": amount}, key=f"screens-{reference}-deposit")
    expect(status == 201, "the deposit is taken", status, answer)
    return answer["id"]


def look_of_the_host(visitor):
    visitor.go("/")
    page = visitor.page
    logo = page.locator(".wordmark img")
    expect(logo.get_attribute("alt") == "Sample Exchange", "the logo says the name")
    expect(logo.evaluate("image => image.naturalWidth") > 0, "the logo is loaded")
    color = page.locator(".banner .button, .hero .button, .button").first.evaluate(
        "() => getComputedStyle(document.querySelector('.site-nav a[aria-current]')).color")
    expect(color == "rgb(63, 27, 96)", "the host's colour is in force", color)
    expect("serif" in page.evaluate("getComputedStyle(document.body).fontFamily"),
           "the host's letters are in force")


def settle_by_keyboard(visitor, world):
    """From Home to Settled without a mouse."""
    keys = Keyboard(visitor)
    visitor.go("/", "keyboard-home")
    keys.press("View Details")
    keys.press("Settle Balance")
    keys.choose("method", "instant")
    visitor.picture("keyboard-choose")
    keys.press("Continue")
    expect(visitor.page.url.startswith(world.server.sandbox_url), "the processor's page comes",
           visitor.page.url)
    visitor.page.check("[name=choice][value=approve]")
    visitor.page.click("button[type=submit]")
    visitor.wait_for("Balance settled")
    visitor.picture("keyboard-done")
    keys.press("See the receipt")
    visitor.reads("Receipt")
    visitor.picture("keyboard-receipt")
    with visitor.page.expect_download() as download:
        keys.tab_to("Download as PDF")
        visitor.page.keyboard.press("Enter")
    path = pathlib.Path(world.server.folder) / "receipt.pdf"
    download.value.save_as(path)
    expect(download.value.suggested_filename.startswith("receipt-"), "the file has a name")
    text = pdf_text(path)
    expect("Sample Exchange" in text and "Settled" in text and "SAMPLE EXCHANGE" in text,
           "the receipt says who was paid, and that it is settled", text)
    return path


def see_what_may_be_sold(visitor, owed):
    """What would be sold, at which price, and how to stop it, before anything is."""
    visitor.go("/settle")
    visitor.press("See what we may sell, in which order and at what price", "sale-notice")
    visitor.reads("What we may sell")
    visitor.reads("Nothing is sold before that time.")
    text = visitor.text()
    expect("1. Bitcoin" in text and "per BTC" in text, "asset and price are said", text)
    expect(owed in text, "the amount is said", text)
    visitor.press("Sell exactly enough Bitcoin myself, at a price I see first", "own-sale")
    chosen = visitor.page.locator("[name=method]:checked").get_attribute("value")
    expect(chosen == "sell_asset:BTC", "the link has chosen the sale", chosen)


def pay_from_two_devices(browser, world, reference, cents):
    """A double click, two devices, the way back and a second look: one payment."""
    phone = Guest(browser, world, PHONE, "America/Denver", "phone", scripts=True)
    desk = Guest(browser, world, DESK, "America/Denver", "desk", scripts=True)
    for one in (phone, desk):
        one.sign_in(reference)
        one.go("/settle")
        one.page.locator("[name=method][value^=sell_asset]").check()
        one.press("Continue")
        one.page.check("[name=authorize]")
    def pay(visitor):
        return visitor.page.locator("main form button[type=submit]")
    amount = f"${cents // 100:,}.{cents % 100:02}"
    expect(amount in pay(phone).inner_text(), "the button says the amount", pay(phone).inner_text())
    with phone.page.expect_navigation():
        pay(phone).dblclick()
    pay(desk).click()
    phone.wait_for("Balance settled")
    desk.page.wait_for_load_state()
    desk.go(phone.page.url.replace(world.server.url, ""))
    desk.reads("Balance settled")
    # Back to the form that is used up, and the button again.
    phone.page.go_back()
    phone.page.reload()
    customer = world.customer(reference)["id"]
    answer = world.ask(f"/v1/customers/{customer}/settlements")["data"]
    expect(len(answer) == 1, "one payment was made", answer)
    return phone, desk


def sessions(phone, desk):
    """Who is in is seen, and can be shown out."""
    phone.go("/security", "security")
    phone.reads("Security")
    expect(phone.text().count("Chrome on Linux") >= 2, "both devices are listed", phone.text())
    phone.press("Sign out all other devices", "alone")
    expect(desk.go("/", "shown-out") == 401, "the other device is signed out")
    desk.reads("You were signed out")
    phone.reads("Signed out from another device")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("link", name="Download your deposits (CSV)").click()
    rows = pathlib.Path(download.value.path()).read_text().splitlines()
    expect(rows[0].startswith("deposit,started_at,from,last_four,amount,status"), "the table", rows)
    expect(",settled," in rows[1] or ",soldToCover," in rows[1], "a deposit is in it", rows)
    phone.press("Sign out everywhere, here too", "signed-out")
    expect(phone.go("/") == 401, "this device is signed out too")


def made_up_language(browser, world, reference):
    """No text of the running pages comes from elsewhere than the catalogue."""
    visitor = Guest(browser, world, PHONE, "America/New_York", "made-up")
    visitor.sign_in(reference)
    visitor.context.add_cookies([{
        "name": "mw_language", "value": "en-XA", "url": world.server.url}])
    for path in ("/", "/deposits", "/settle", "/sale-notice", "/security", "/help", "/notices",
                 "/add-money", "/withdraw", "/trade", "/bank-accounts/new"):
        expect(visitor.go(path) == 200, f"{path} is there")
        bare = [line for line in visitor.text().splitlines()
                if re.search(r"[a-z]{3,} [a-z]{3,}", line) and "⟦" not in line and "⟧" not in line
                and "Sample Bank" not in line and "Other Bank" not in line]
        expect(not bare, f"{path} says nothing without a key", *bare)
    visitor.picture("made-up")


def journeys(browser, binaries, told):
    world = themed_world(binaries)
    try:
        world.begin()
        ben = world.customer("ben")["id"]
        ana = world.customer("ana")["id"]
        for reference, amount in (("ben", 300_00), ("ana", 200_00)):
            a_debt(world, reference, amount, amount)
        for customer, cash, quantity in ((ben, 290_00, "0.00500000"), (ana, 190_00, "0.00330000")):
            status, answer = world.server.call(
                "POST", f"/v1/customers/{customer}/trades",
                {"side": "buy", "asset": "BTC", "quantity": quantity, "cash_minor": cash,
                 "fee_minor": 0}, key=f"screens-trade-{customer}")
            expect(status in (200, 201), "the trade is booked", status, answer)
        world.until(1, 10)
        for entry in json.loads(world.play("bank", "list"))["entries"]:
            world.play("bank", "return", str(entry["entry"]), "R01")
        world.play("clock", "advance", "1m")
        ben = Guest(browser, world, PHONE, "America/Chicago", "ben", scripts=True)
        ben.sign_in("ben")
        look_of_the_host(ben)
        see_what_may_be_sold(ben, "$290.00")
        told("what may be sold is shown before it is, in the host's look")
        settle_by_keyboard(ben, world)
        told("settled by keyboard alone, with a receipt to keep")
        made_up_language(browser, world, "ana")
        phone, desk = pay_from_two_devices(browser, world, "ana", 190_00)
        told("a double click and two devices make one payment")
        sessions(phone, desk)
        told("devices are seen and signed out")
    finally:
        world.server.stop()
    world.server.verify()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--long", action="store_true", help="every combination, with pictures")
    options.add_argument("--pages", help="a folder of pages that were written already")
    options.add_argument("--only", choices=("pages", "journeys"))
    options = options.parse_args()
    began = time.monotonic()
    PICTURES.mkdir(parents=True, exist_ok=True)

    def told(what):
        print(f"  {time.monotonic() - began:5.1f} s  {what}", flush=True)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            if options.only != "journeys":
                folder = pathlib.Path(options.pages or PICTURES / "pages")
                if not options.pages:
                    write_pages(folder)
                site = serve(folder)
                names = sorted(path.stem for path in (folder / "en-US").glob("*.html"))
                missing = [name for name in IMPORTANT if name not in names]
                expect(not missing, "the important screens are there", *missing)
                matrix = Matrix(browser, site, names, options.long)
                matrix.run()
                told(f"{len(names)} screens, {matrix.looked} looks: nothing sticks out; "
                     f"axe asked {matrix.asked} times finds nothing")
                check_paper(browser, site, folder)
                told("receipts as printed and as PDF say the same")
            if options.only != "pages":
                journeys(browser, options.bin, told)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
