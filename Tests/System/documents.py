"""Documents from a customer's phone to the end of their time, with the real programs.

clamd of Debian looks for a sample of our own (its database of real viruses is not needed for that), the
programs that draw documents run in their sandbox, and a browser sends files: in parts, through a
connection that breaks, stopped half way, and without a script. An operator sees pictures and never a
file; hostile files change nothing. Then the clock is moved until documents are destroyed, and nothing
of them is in the database. Pictures of the pages are in artifacts/documents.
"""

import argparse
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import tempfile
import time
import zlib

from playwright.sync_api import sync_playwright

from story import DESK, PHONE, Visitor, World, carla_deposits, expect, pdf
from system import ROOT, end, spawn

VIRUS = b"makewhole-sample-virus"
PICTURES = ROOT / "artifacts" / "documents"


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height, text=b"", noise=False, claims=None):
    """A picture; of noise it takes three bytes for each point. `claims` is what its header says."""
    rows = b"".join(
        b"\0" + (os.urandom(3 * width) if noise else bytes((20, 110, 90)) * width)
        for _ in range(height))
    header = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 2, 0, 0, 0)
    words = chunk(b"tEXt", b"Comment\0" + text) if text else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + words
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Clamd:
    """The scanner, with one signature."""

    def __init__(self):
        self.program = shutil.which("clamd", path="/usr/sbin:/usr/bin")
        expect(self.program, "clamd is installed: bin/setup check")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="makewhole-clamd-"))
        (self.folder / "database").mkdir()
        (self.folder / "database" / "sample.ndb").write_text(
            f"Sample.Test.Virus:0:*:{VIRUS.hex()}\n")
        self.socket = self.folder / "clamd.sock"
        (self.folder / "clamd.conf").write_text(
            f"LocalSocket {self.socket}\nDatabaseDirectory {self.folder / 'database'}\n"
            "Foreground yes\n")
        self.process = None

    def start(self):
        with open(self.folder / "clamd.log", "ab") as log:
            self.process = spawn([self.program, "-c", str(self.folder / "clamd.conf")], log)
        limit = time.monotonic() + 30
        while not self.socket.exists():
            expect(time.monotonic() < limit and self.process.poll() is None, "clamd starts",
                   (self.folder / "clamd.log").read_text())
            time.sleep(0.1)

    def stop(self):
        end(self.process)
        self.socket.unlink(missing_ok=True)


def rows(world, sql):
    path = world.server.folder / "data" / "makewhole.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as database:
        return database.execute(sql).fetchall()


def until(ask, claim, seconds=40):
    limit = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        expect(time.monotonic() < limit, claim, found)
        time.sleep(0.05)


def choose(page, kind, name, data, field="file"):
    form = page.locator(f"form:has([name=document_kind][value={kind}])")
    form.locator(f"[name={field}]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    return form


def in_parts(carla):
    """A file of some parts, through a connection that breaks twice, is sent once and whole."""
    page = carla.page
    offsets, broken = [], []

    def break_it(route):
        match = re.search(r"/uploads/[0-9a-f]+\?from=(\d+)$", route.request.url)
        if match:
            offset = int(match.group(1))
            if offset > 0 and len(broken) < 2:
                broken.append(offset)
                return route.abort("connectionreset")
            offsets.append(offset)
        return route.continue_()

    parts = re.compile(r"/documents/uploads")
    carla.context.route(parts, break_it)
    data = png(700, 700, noise=True)
    form = choose(page, "photoID", "passport.png", data)
    form.locator("button[type=submit]").click()
    form.get_by_text("The connection is gone").wait_for()
    carla.picture("connection-gone")
    page.get_by_text("Uploaded").first.wait_for()
    carla.context.unroute(parts, break_it)
    expect(broken and offsets == sorted(set(offsets)) and offsets[0] == 0 and len(offsets) > 2,
           "each part is sent once, from where it broke off", broken, offsets)
    kept = rows(carla.world, "SELECT length(sealed) FROM document_file")
    expect([length for (length,) in kept] == [len(data) + 30], "the whole file is kept", kept)
    expect(rows(carla.world, "SELECT count(*) FROM document_upload") == [(0,)], "no rest")


def stopped(carla):
    """A file that is stopped on its way leaves nothing, and can be sent after all."""
    page = carla.page
    held = []
    def hold(route):
        held.append(route)

    parts = re.compile(r"/uploads/[0-9a-f]+\?from=")
    carla.context.route(parts, hold)
    form = choose(page, "bankProof", "statement.png", png(600, 600, noise=True))
    form.locator("button[type=submit]").click()
    until(lambda: held or page.wait_for_timeout(50), "the first part is on its way")
    expect(form.locator("progress").is_visible(), "there is a bar")
    carla.picture("sending")
    expect(rows(carla.world, "SELECT count(*) FROM document_upload") == [(1,)], "it has begun")
    form.get_by_role("button", name="Stop sending").click()
    expect(not form.locator("progress").is_visible(), "the bar is gone")
    until(lambda: "Nothing was sent." in page.inner_text("[data-enhance=say]"), "it says so")
    until(lambda: rows(carla.world, "SELECT count(*) FROM document_upload") == [(0,)]
          or page.wait_for_timeout(50), "nothing is left of it")
    carla.context.unroute(parts, hold)
    expect(form.locator("button[type=submit]").is_enabled(), "it can be sent after all")


def camera(browser, world, path):
    """A phone offers its camera beside the files; a desk does not."""
    for screen, touch in ((PHONE, True), (DESK, False)):
        context = browser.new_context(
            viewport=screen, has_touch=touch, is_mobile=touch, locale="en-US")
        page = context.new_page()
        page.goto(world.play("exchange", "link", "carla"))
        page.goto(path)
        seen = page.locator("[name=photo]").first.is_visible()
        expect(seen == touch, "a camera where a finger points", touch, seen)
        page.screenshot(full_page=True, path=PICTURES / f"camera-{screen['width']}.png")
        context.close()


def hostile(carla, path):
    """Files that are more or less than they seem change nothing, and say why in a sentence."""
    page = carla.page
    small = png(4, 4)
    unsafe = "El archivo contiene algo que no podemos abrir con seguridad"
    unread = "No pudimos abrir el archivo"
    files = [
        ("virus.png", png(4, 4, text=VIRUS), unsafe),
        ("page.png", small + b"<script>alert(1)</script>", unsafe),
        ("archive.png", small + b"PK\x01\x02" + bytes(42) + b"PK\x05\x06" + bytes(18), unsafe),
        ("bomb.png", png(4, 4, claims=(60_000, 60_000)), unsafe),
        ("points.png", png(4, 4, claims=(3_000, 3_000)), unread),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "debe ser PDF, JPG"),
        ("zip.pdf", b"PK\x03\x04" + bytes(60), "debe ser PDF, JPG"),
        ("half.png", small[:-20], "Intente de nuevo"),
        ("acts.pdf", pdf(b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), unsafe),
        ("\u202egnp.exe", small, "debe ser PDF, JPG"),
    ]
    before = rows(carla.world, "SELECT count(*) FROM document_file")
    for name, data, sentence in files:
        page.goto(path)
        choose(page, "bankProof", name, data).locator("button[type=submit]").click()
        text = page.inner_text("main")
        expect(sentence in text, f"{name} is refused with a sentence", text)
        expect(name not in page.content(), "what a file is called stands nowhere")
    expect(rows(carla.world, "SELECT count(*) FROM document_file") == before, "nothing is kept")
    expect(rows(carla.world, "SELECT count(*) FROM document_upload") == [(0,)], "nor begun")


def shown(operator, clamd, world):
    """An operator sees pictures; what the scanner has not seen he does not see."""
    operator.go(world.play("exchange", "operator-link"), "overview")
    operator.go("/operator/documents", "queue")
    operator.page.locator("main table a").filter(has_text="Proof").first.click()
    operator.picture("not-scanned")
    expect("The virus scanner does not answer, so this file is not shown." in operator.text(),
           "it says why", operator.text())
    expect(operator.page.locator("img.paper").count() == 0, "nothing is shown")
    clamd.start()
    operator.page.reload()
    pages = operator.page.locator("img.paper")
    expect(pages.count() == 1, "it is shown once it was scanned", operator.page.content())
    expect(pages.first.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100,
           "and is a picture")
    operator.picture("statement")
    operator.page.reload()
    expect("Shown to" in operator.text(), "who saw it is recorded", operator.text())


def ended(operator, world):
    """When its time is over a document is destroyed, with a record, and nothing of it is left."""
    operator.page.check("[name=reason][value=unreadable]")
    operator.press("Ask for another", "refused")
    [(key, file)] = rows(
        world, "SELECT wrapped, sealed FROM document_file ORDER BY kept_at DESC LIMIT 1")
    world.until(6, 10)
    # A start looks at once; a running program looks once a minute.
    world.server.stop()
    world.server.start()
    until(lambda: rows(world, "SELECT why FROM document_record WHERE event = 'destroyed'"),
          "it is destroyed")
    [(why,)] = rows(world, "SELECT why FROM document_record WHERE event = 'destroyed'")
    expect(why == "documents.refused.days = 1", "by its rule", why)

    def gone():
        data = world.server.folder / "data"
        return not any(
            key in path.read_bytes() or file in path.read_bytes()
            for path in data.glob("makewhole.sqlite*") if not path.name.endswith("-shm"))
    until(gone, "nothing of it is in the database or its log")
    world.server.stop()
    done = world.server.tool(
        "verify", "--data", str(world.server.folder / "data"))
    told = world.server.tool("documents", "--data", str(world.server.folder / "data"))
    expect("destroyed\tsystem\tdocuments.refused.days = 1\t" in told.stdout,
           "the record is told", told.stdout, told.stderr)
    expect(done.returncode == 0 and "1 documents kept, 1 destroyed" in done.stdout,
           "the record is proven", done.stdout, done.stderr)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    (ROOT / "artifacts" / "story").mkdir(parents=True, exist_ok=True)
    clamd = Clamd()
    clamd.start()
    world = World(options.bin, "sqlite", more={"documents": {
        "clamd": str(clamd.socket), "refused": {"days": 1}}})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            world.begin()
            carla_deposits(world)
            world.until(3, 9)
            # With a script, in English, on a phone.
            carla = Visitor(browser, world, PHONE, "America/Los_Angeles", "carla", scripts=True)
            carla.context.add_cookies([
                dict(name="mw_language", value="en-US", url=world.server.url)])
            carla.sign_in("carla")
            carla.page.goto(world.server.url + "/settle")
            carla.page.click("label:has-text('••5553')")
            carla.press("Continue", "review")
            carla.page.check("[name=authorize]")
            carla.press("Pay $450.00", "documents")
            path = carla.page.url
            stopped(carla)
            in_parts(carla)
            camera(browser, world, path)
            # Without one, in her own Spanish.
            plain = Visitor(browser, world, DESK, "America/Los_Angeles", "carla")
            plain.sign_in("carla")
            hostile(plain, path)
            clamd.stop()
            plain.page.goto(path)
            choose(plain.page, "bankProof", "statement.pdf", pdf(b"")) \
                .locator("button[type=submit]").click()
            plain.reads("Tenemos lo que pedimos")
            operator = Visitor(browser, world, DESK, "America/New_York", "operator")
            shown(operator, clamd, world)
            ended(operator, world)
        finally:
            browser.close()
            clamd.stop()
            world.server.stop()
    world.server.verify()
    print("documents: sent in parts, shown as pictures, refused when hostile, and gone in time")


if __name__ == "__main__":
    main()
