"""Brings a language that the program never heard of, as a deployment would: one file in a folder.

The file is made of the one in English by this program, so that every sentence of it is marked. Then
pages, the app's own description, mail and push text are asked for in it, a link chooses it, and the
file is taken away again. A file that is not whole stops the start with all that is to be put right.
A browser looks at the pages, which are read from the right.
"""

import argparse
import json
import re
import urllib.error
import urllib.request

from playwright.sync_api import sync_playwright

from notices import World, expect, until
from system import ROOT, Makewhole

TAG, NAME, MARK = "qaa-XB", "Invented", "\u00a4"
PICTURES = ROOT / "artifacts" / "languages"


def invented(server):
    """Every sentence of the English file behind a mark."""
    printed = server.tool("languages", "print", "en-US")
    expect(printed.returncode == 0, "the English file can be printed", printed.stderr)
    whole = json.loads(printed.stdout)
    made = {key: MARK + text for key, text in whole.items() if not key.startswith("@")}
    return made | {
        "@@locale": TAG, "@@x-name": NAME, "@@x-direction": "rtl",
        "@@x-plurals": {"one": "n = 1", "few": "e != 0"},
        "@@x-numbers": {"decimal": ",", "group": "\u202f", "minus": "-", "dollars": "{amount} $"},
    }


class Speaking(World):
    """A deployment whose folder of languages has one file."""

    def configure(self):
        folder = self.server.folder / "languages"
        folder.mkdir(exist_ok=True)
        (folder / "notes.txt").write_text("Only .arb is read.")
        self.file = folder / f"{TAG}.arb"
        self.file.write_text(json.dumps(invented(self.server), ensure_ascii=False, indent=2))
        self.server.more["languages"] = {"folder": "languages"}
        super().configure()


# MARK: Files


def checked(server):
    """A file is held to everything at once, each thing with its line."""
    path = server.folder / "try.arb"

    def check(content):
        path.write_text(content if isinstance(content, str) else json.dumps(
            content, ensure_ascii=False, indent=2))
        return server.tool("languages", "check", str(path))

    whole = invented(server)
    done = check(whole)
    sentences = sum(not key.startswith("@") for key in whole)
    expect(done.returncode == 0 and done.stdout.split() == [
        TAG, NAME, "rtl", str(sentences), "sentences"], "a whole file", done.stdout, done.stderr)

    broken = dict(whole)
    del broken["youOwe"]
    broken |= {"settleBy": "{deadlien}", "verifyTries": "{count}", "more": "?"}
    done = check(broken)
    expect(done.returncode == 65 and not done.stdout, "a broken file", done)
    lines = done.stderr.strip().split("\n")
    expect("5 things are to be put right" in lines[0], "how many", lines)
    for part in ("settleBy: {deadline} is missing.", "{deadlien} is not a value", "youOwe is missing.",
                 "more is not a sentence of ours", "verifyTries: {count} must be a count"):
        expect(any(part in line for line in lines), part, *lines)
    expect(sum(line.startswith("Line ") for line in lines) == 4, "each with its line", *lines)

    # A form that the rules ask for; whatever is no file at all.
    done = check(whole | {"@@x-plurals": {"one": "n = 1", "two": "n = 2"}})
    expect(done.returncode == 65 and "the form two of {count} is missing" in done.stderr,
           "a missing form", done.stderr)
    for nonsense in ("", "{", "[]", "{\"a\": 1}", "\x00", "{" * 100_000, "{\"@@locale\": \"x y\"}"):
        done = check(nonsense)
        expect(done.returncode == 65 and "put right" in done.stderr, "nonsense", nonsense[:20], done)
    done = server.tool("languages", "check", str(server.folder / "nowhere.arb"))
    expect(done.returncode == 66, "no file", done)
    done = server.tool("languages", "list")
    expect([line.split()[0] for line in done.stdout.splitlines()] == ["en-US", "es-US"],
           "what is built in", done.stdout)
    expect(server.tool("languages", "print", "fr").returncode == 66, "no such language")


def refused(binaries):
    """A file that is not whole, and two of one tag, stop the start."""
    server = Makewhole(binaries, more={"languages": {"folder": "languages"}})
    config = str(server.folder / "config.json")
    done = server.tool("check", "--config", config)
    expect(done.returncode == 65 and "makewhole.languages.folder" in done.stderr, "no folder", done)
    folder = server.folder / "languages"
    folder.mkdir()
    whole = invented(server)
    (folder / "a.arb").write_text(json.dumps(whole))
    expect(server.tool("check", "--config", config).returncode == 0, "one file")
    (folder / "b.arb").write_text(json.dumps(whole))
    done = server.tool("check", "--config", config)
    expect(done.returncode == 65 and f"has the tag {TAG}, and so has" in done.stderr, "two", done)
    del whole["youOwe"]
    (folder / "b.arb").write_text(json.dumps(whole))
    done = server.tool("serve", "--config", config)
    expect(done.returncode == 65 and "youOwe is missing." in done.stderr, "the start", done)


# MARK: Pages


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def get(world, path, **headers):
    asked = urllib.request.Request(
        world.server.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.build_opener(Stay).open(asked, timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


def speaks(html):
    return re.search(r'<html lang="([^"]+)"', html).group(1)


def pages(world):
    """Who reads which language: the browser's wish, the customer's, a link's."""
    for wish, found in ((TAG, TAG), ("qaa", TAG), ("fr, es-MX;q=0.5", "es-US"), ("fr", "en-US"),
                        ("es;q=0.1, qaa;q=0.9", TAG), ("\x22><script>", "en-US")):
        _, headers, html = get(world, "/sign-in", Accept_Language=wish, Accept="text/html")
        expect(speaks(html) == found and headers["Content-Language"] == found, wish, html[:200])
    expect('dir="rtl"' in get(world, "/offline", Accept_Language=TAG)[2], "from the right")

    status, headers, _ = get(world, "/help?topic=moreTime&lang=qaa", Accept="text/html")
    expect(status == 303 and headers["Location"] == "/help?topic=moreTime", "a link", headers)
    cookie = headers["Set-Cookie"].split(";")[0]
    expect(cookie == f"mw_language={TAG}", "the choice is kept", headers)
    expect(speaks(get(world, "/offline", Cookie=cookie)[2]) == TAG, "and holds")
    status, headers, _ = get(world, "/offline?lang=xx")
    expect(status == 200 and "Set-Cookie" not in headers, "an unknown one changes nothing")
    for tag, direction in ((TAG, "rtl"), ("es-US", "ltr")):
        status, headers, text = get(world, f"/manifest.webmanifest?lang={tag}")
        said = json.loads(text)
        expect(status == 200 and (said["lang"], said["dir"]) == (tag, direction), "the app", said)

    zoe = world.customer("zoe", language="qaa")
    session = zoe.session()
    _, _, html = get(world, "/", Cookie=session, Accept="text/html")
    expect(speaks(html) == TAG and MARK + "Home" in html and f">{NAME}</button>" in html, "Home")
    expect("0,00 $" in html, "amounts are written as the file says", html)
    _, _, html = get(world, "/", Cookie=f"{session}; mw_language=es-US", Accept="text/html")
    expect(speaks(html) == "es-US", "what the browser chose goes before")

    for wrong in ("Deutsch", "x", "de_DE", "", "de-" + "x" * 40, "\u05e2"):
        body = dict(reference="wrong", name="Ada Sample", email="a@example.com", language=wrong,
                    time_zone="UTC")
        status, answer = world.server.call("POST", "/v1/customers", body, f"wrong-{wrong.encode().hex()}")
        expect(status == 422 and any(
            one.get("field") == "language" or "language" in json.dumps(one)
            for one in answer.get("errors", [])), "no tag", wrong, answer)
    return zoe


def told(world, customer, begins, lang):
    """A notice by mail and by text, in the language of the customer."""
    world.text.requests.clear()
    notice = customer.deposit()
    customer.ended(notice)
    message = world.mail.of(notice)[0]["message"]
    plain = message.get_body(("plain",)).get_content()
    marked = message.get_body(("html",)).get_content()
    expect(plain.startswith(begins), "the mail's text", plain)
    expect(speaks(marked) == lang, "the mail's markup", marked[:200])
    until(lambda: world.text.requests, "a text comes")
    said = json.loads(world.text.requests[0][2])["data"]
    expect(said["language"] == customer.tag, "the text's language", said)
    return marked


def seen(world, customer):
    """Pages from the right in a browser: nothing sticks out, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for width in (320, 390, 1280):
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": 844}, color_scheme=theme)
                page = context.new_page()
                page.goto(customer.link())
                for name, path in (("home", "/"), ("deposits", "/deposits"), ("help", "/help"),
                                   ("settings", "/notices/settings"), ("add", "/deposits/new")):
                    page.goto(world.server.url + path)
                    page.screenshot(full_page=True, path=PICTURES / f"{name}-{width}-{theme}.png")
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    expect(wide <= width, f"{name} fits {width} px", wide)
                    found = Axe().run(page).response["violations"] if width == 390 else []
                    expect(not found, f"axe finds nothing on {name}",
                           *[v["id"] + " " + str(v["nodes"][0]["html"]) for v in found])
                context.close()
        browser.close()


def letters(html):
    """How a mail looks, light and dark, for people to judge."""
    path = PICTURES / "mail.html"
    path.write_text(html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for width in (390, 1280):
            for theme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width, "height": 640}, color_scheme=theme)
                page.goto(path.as_uri())
                page.screenshot(path=PICTURES / f"mail-{width}-{theme}.png")
                page.close()
        browser.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    refused(arguments.bin)
    world = Speaking(arguments.bin)
    checked(world.server)
    zoe = pages(world)
    zoe.tag = "qaa"
    told(world, zoe, MARK + "Hello Ada Sample,", TAG)
    ana = world.customer("ana", language="es")
    ana.tag = "es"
    letters(told(world, ana, "Hola, Ada Sample:", "es-US"))
    seen(world, zoe)

    # Without its file the customer is written to in English, and nothing else changes.
    world.server.stop()
    world.file.unlink()
    world.server.start()
    told(world, zoe, "Hello Ada Sample,", "en-US")
    expect(speaks(get(world, "/", Cookie=zoe.session(), Accept="text/html")[2]) == "en-US", "Home")
    world.server.stop()
    world.server.verify()
    print("languages: one file, and everything spoke it")


if __name__ == "__main__":
    main()
