"""Plays the whole story in a real browser, as customers and an operator live it.

Nothing is pretended: Makewhole and the sandbox run, a bank file leaves and a return comes back. The
story begins on the first Monday of a February that is yet to come, at 10:00 in New York: for two
weeks there is no bank holiday and no change of clocks, so each deadline is known beforehand.
Without JavaScript wherever nothing else is said. Pictures of each step are in artifacts/story.
"""

import argparse
import datetime
import itertools
import json
import re
import struct
import subprocess
import time
import urllib.request
import zlib
import zoneinfo

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from system import ROOT, Makewhole, take_database

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
EASTERN = zoneinfo.ZoneInfo("America/New_York")
MINUS = "\u2212"


def first_monday_of_february(now):
    """A Monday at 10:00 in New York, at least a day and less than 400 days ahead."""
    for year in (now.year, now.year + 1):
        day = datetime.datetime(year, 2, 1, 10, tzinfo=EASTERN)
        day += datetime.timedelta(days=-day.weekday() % 7)
        if day - now > datetime.timedelta(days=1):
            return day
    raise AssertionError("there is a February in each year")


def expect(is_so, claim, *facts):
    if not is_so:
        raise AssertionError(claim + "".join(f"\n  {fact}" for fact in facts))


class World:
    """The running programs, and time in them."""

    def __init__(self, binaries, database, more=None):
        self.server = Makewhole(binaries, sandbox=True, database=database, more=more).start()
        self.monday = None

    def play(self, *command, succeeds=True):
        """One command of makewhole-sandbox: what it prints."""
        done = subprocess.run(
            [str(self.server.bin / "makewhole-sandbox"), *command,
             "--sandbox", self.server.sandbox_url],
            capture_output=True, text=True, check=False, timeout=120,
        )
        expect(
            (done.returncode == 0) == succeeds, "makewhole-sandbox " + " ".join(command),
            done.stdout, done.stderr)
        if command[:2] == ("clock", "advance"):
            self.wait_for_prices()
        return done.stdout.strip() if succeeds else done.stderr.strip()

    def wait_for_prices(self):
        """After a leap of the clock the last prices are old until the market is asked again."""
        request = urllib.request.Request(
            self.server.url + "/metrics", headers={"Authorization": "Bearer " + self.server.key})
        end = time.monotonic() + 30
        while True:
            with urllib.request.urlopen(request, timeout=10) as answer:
                figures = answer.read().decode()
            ages = re.findall(r"^makewhole_quote_age_seconds\{[^}]*\} (\S+)$", figures, re.M)
            if ages and all(abs(float(age)) < 30 for age in ages):
                return
            expect(time.monotonic() < end, "prices come again after the clock was moved", ages)
            time.sleep(0.1)

    def now(self):
        text = json.loads(self.play("clock", "show"))["now"]
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))

    def begin(self):
        self.monday = first_monday_of_february(self.now())
        self.play("market", "drift", "off")
        self.play("market", "price", "BTC", "60000.00")
        self.until(0, 10)

    def at(self, day, hour, minute=0):
        """An instant of New York's wall clocks: days after the Monday, and the time of day."""
        moment = self.monday + datetime.timedelta(days=day)
        return moment.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def until(self, day, hour, minute=0):
        moment = self.at(day, hour, minute).astimezone(datetime.timezone.utc)
        self.play("clock", "advance", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def customer(self, name):
        status, answer = self.server.call("GET", "/v1/customers?reference=" + name)
        expect(status == 200, "the API knows the customers", answer)
        return next(one for one in answer["data"] if one["reference"] == name)

    def ask(self, path):
        status, answer = self.server.call("GET", path)
        expect(status == 200, "GET " + path, status, answer)
        return answer

    def mail(self, address):
        with urllib.request.urlopen(self.server.sandbox_url + "/mail.json", timeout=10) as answer:
            messages = json.load(answer)["messages"]
        return [message for message in messages if message["to"] == [address]]


class Visitor:
    """A browser of one person, who reads pages as lines of text."""

    numbers = itertools.count(1)

    def __init__(self, browser, world, screen, zone, name, scripts=False, theme="light"):
        self.world, self.name = world, name
        self.zone = zoneinfo.ZoneInfo(zone)
        self.context = browser.new_context(
            viewport=screen, java_script_enabled=scripts, locale="en-US", color_scheme=theme)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.refused = []
        self.page.on("console", lambda message: self.refused.append(message.text)
                     if message.type == "error" else None)

    def picture(self, step):
        number = next(Visitor.numbers)
        self.page.screenshot(
            path=ROOT / "artifacts" / "story" / f"{number:02}-{self.name}-{step}.png",
            full_page=True)

    def go(self, path, step=None):
        answer = self.page.goto(
            path if path.startswith("http") else self.world.server.url + path)
        if step:
            self.picture(step)
        return answer.status

    def sign_in(self, reference):
        self.go(self.world.play("exchange", "link", reference), "signed-in")

    def press(self, words, step=None):
        """Follows the button or link that a screen reader calls `words`."""
        for role in ("button", "link"):
            found = self.page.get_by_role(role, name=words, exact=True)
            if found.count():
                found.first.click()
                self.page.wait_for_load_state()
                if step:
                    self.picture(step)
                return
        raise AssertionError(f"{self.name} finds nothing to press: {words}\n{self.text()}")

    def text(self):
        raw = self.page.inner_text("body").replace("\u00a0", " ").replace("\t", " ")
        return "\n".join(line.strip() for line in raw.splitlines() if line.strip())

    def reads(self, *lines):
        """The page has these lines, exactly and one below the other."""
        text = "\n" + self.text() + "\n"
        expect("\n" + "\n".join(lines) + "\n" in text,
               f"{self.name} reads on {self.page.url}:", *lines, "but the page is:", text)

    def sees_no(self, words):
        expect(words not in self.text(), f"{self.name} sees no {words!r}", self.text())

    def deadline(self, moment):
        """`Monday, Mar 8, 11:30 AM CST`, made here by other means than the program's."""
        here = moment.astimezone(self.zone)
        return f"{here:%A}, {here:%b} {here.day}, {self.clock(here)}"

    def moment(self, moment):
        """`Mar 8, 11:30 AM CST`"""
        here = moment.astimezone(self.zone)
        return f"{here:%b} {here.day}, {self.clock(here)}"

    def day(self, moment):
        """`Mar 1, 2027`"""
        here = moment.astimezone(self.zone)
        return f"{here:%b} {here.day}, {here.year}"

    def deadline_in_spanish(self, moment):
        """`lunes 8 de feb., 9:30 a. m. (hora del Pacífico)`"""
        days = "lunes martes miércoles jueves viernes sábado domingo".split()
        here = moment.astimezone(self.zone)
        return f"{days[here.weekday()]} {self.moment_in_spanish(moment)}"

    def moment_in_spanish(self, moment):
        """`8 de feb., 9:30 a. m. (hora del Pacífico)`"""
        here = moment.astimezone(self.zone)
        half = "a. m." if here.hour < 12 else "p. m."
        return (f"{here.day} de feb., {here.hour % 12 or 12}:{here:%M} {half} "
                "(hora del Pacífico)")

    @staticmethod
    def clock(here):
        return f"{here.hour % 12 or 12}:{here:%M} {here:%p} {here:%Z}"

    def wait_for(self, *lines, seconds=30):
        """Loads the page again until it has these lines: a webhook or an order is on its way."""
        end = time.monotonic() + seconds
        while True:
            if "\n" + "\n".join(lines) + "\n" in "\n" + self.text() + "\n":
                return
            if time.monotonic() > end:
                self.reads(*lines)
            time.sleep(0.2)
            self.page.reload()


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


# (a) On a phone: a deposit comes back for insufficient funds, and is settled at once.


def ben_deposits(ben):
    ben.sign_in("ben")
    ben.reads("Balance", "$0.00")
    ben.press("Add money", "add-money")
    ben.page.fill("[name=amount]", "500")
    ben.page.click("label:has-text('••0001')")
    ben.press("Continue", "review")
    ben.reads("Amount", "$500.00")
    ben.reads("Our fee", "$0.00")
    ben.reads("Available to trade at once", "$500.00")
    # Without the customer's authorization nothing is debited.
    ben.press("Add $500.00", "not-authorized")
    ben.reads("There is a problem")
    ben.page.check("[name=authorize]")
    ben.press("Add $500.00", "deposit")
    ben.reads("$500.00 deposit", "Available early", "Sample Bank checking ••0001")

    deposit = ben.world.ask(
        f"/v1/customers/{ben.world.customer('ben')['id']}/deposits")["data"][0]
    started, release = instant(deposit["initiated_at"]), instant(deposit["release_at"])
    expect(release - started == datetime.timedelta(hours=168),
           "a clean deposit may leave 168 hours after it was started", started, release)
    ben.reads("You can withdraw it, in dollars or crypto, from " + ben.deadline(release) + ".")
    ben.go("/", "home-credited")
    ben.reads("Balance", "$500.00")
    ben.reads("Available to trade", "$500.00")
    here = release.astimezone(ben.zone)
    ben.reads("Available to withdraw", "$0.00",
              f"$500.00 more on {here:%a}, {here:%b} {here.day}, {ben.clock(here)}")
    return deposit["id"], release


def ben_trades(ben):
    ben.press("Trade", "trade")
    ben.reads("$500.00 available to trade.")
    ben.page.check("[name=side][value=buy]")
    ben.page.check("[name=asset][value=BTC]")
    ben.page.fill("[name=amount]", "450")
    ben.press("See the price", "quote")
    # (450.00 - 0.5 %) / 60,060.00, rounded down to what can be booked.
    ben.reads("Buy", "0.00745504 BTC")
    ben.reads("Our fee", "$2.25")
    ben.press("Buy 0.00745504 BTC for $450.00", "bought")
    ben.reads("Balance", "$50.00")
    ben.reads("Bitcoin", "0.00745504 BTC", "$446.85")


def ben_withdraws_too_early(ben, release):
    for asset, typed, asked in (("USD", "50", "$50.00"), ("BTC", "0.001", "0.00100000 BTC")):
        ben.go("/withdraw")
        ben.page.check(f"[name=asset][value={asset}]")
        ben.page.fill("[name=amount]", typed)
        ben.press("Withdraw", "withdrawal-refused-" + asset)
        ben.reads(f"{asked} was not withdrawn")
        words = ("It comes from a recent bank deposit and can leave from "
                 f"{ben.deadline(release)} (in 6 days 23 hours).")
        ben.reads(words)
    # The exchange's own page is refused too, with the date in the API's words.
    refusal = ben.world.play("exchange", "withdraw", "ben", "USD", "50.00", succeeds=False)
    expect(f"{release:%Y-%m-%dT%H:%M}" in refusal, "the API's refusal says the date", refusal)


def ben_owes(ben, deposit):
    due = ben.world.at(7, 12, 30)
    told = ben.deadline(due)
    by = f"Settle it by {told} (in 4 days 3 hours) to keep your assets."
    ben.go("/", "owed")
    ben.reads("You owe $450.00", "A deposit you used early was sent back by your bank.", by,
              "View Details")
    ben.sees_no("Learn More")
    ben.reads("Balance", MINUS + "$450.00", "owed")
    ben.reads("Available to withdraw", "$0.00", "Settle what you owe to withdraw again.")
    ben.press("View Details", "details")
    expect(ben.page.url.endswith("/deposits/" + deposit), "View Details shows the deposit")
    ben.reads("$500.00 deposit", "Outstanding", "Sample Bank checking ••0001")
    ben.reads("We let you use this early; your bank sent it back $500.00",
              f"You still had this in cash {MINUS}$50.00", "You owe $450.00", by)
    ben.reads("Why", "There was not enough money in the account that day.",
              "Your bank's code: R01")
    ben.reads("Your bank sent it back", ben.moment(ben.world.at(3, 8, 15)),
              "Covered by cash you had: $50.00", ben.moment(ben.world.at(3, 8, 15)),
              "Became owed: $450.00", ben.moment(ben.world.at(3, 8, 15)),
              "Settled", "Not yet")
    gone = ben.world.at(7, 12)
    ben.reads(
        f"Still there after {gone:%a}, {gone:%b} {gone.day}? Write to us what the posted "
        "(not pending) line says, with its date and amount, and we will look.")


def ben_settles(ben, deposit):
    ben.press("Settle Balance", "choose")
    ben.reads("Instant payment", "Settles within minutes")
    ben.reads("Sample Bank card ••0010", "Settles at once", "$13.05 fee")
    ben.page.check("[name=method][value=instant]")
    ben.press("Continue", "processor")
    expect(ben.page.url.startswith(ben.world.server.sandbox_url + "/processor/pay/"),
           "the payment is made at the processor's page", ben.page.url)
    ben.reads("Approve instant payment", "$450.00")
    ben.page.check("[name=choice][value=approve]")
    ben.page.click("button[type=submit]")
    ben.wait_for("Balance settled", "Thank you. You paid $450.00 and nothing is owed.")
    ben.picture("done")
    ben.go("/deposits/" + deposit, "settled")
    chip = ben.page.locator("main .chip").first.inner_text().strip()
    expect(chip == "Settled", "the deposit's status reads exactly Settled", repr(chip))
    ben.reads("$500.00 deposit", "Settled", "Sample Bank checking ••0001",
              "Nothing is owed for this deposit")
    ben.reads(f"You have paid {MINUS}$450.00", "You owe $0.00")
    ben.sees_no("Part of it paid")
    ben.go("/", "clear")
    ben.reads("Balance", "$0.00")
    ben.sees_no("You owe")
    ben.go("/notices", "notices")
    ben.reads("Settled: $450.00", "New", "Nothing is owed for it any more. Thank you.")
    subjects = [message["subject"] for message in ben.world.mail("ben@example.com")]
    expect(
        subjects == ["Makewhole: $500.00 is available early", "Makewhole: You owe $450.00",
                     "Makewhole: Settled: $450.00"],
        "he was written to three times", subjects)
    told = ben.deadline(ben.world.at(7, 12, 30))
    letter = ben.world.mail("ben@example.com")[1]["text"].replace("\u00a0", " ")
    expect(f"Settle it by {told} to keep your assets." in letter,
           "the letter says the deadline", letter)


# (c) Nobody pays: just enough is sold, and what that does not cover stays owed.


def dev_deposits(world):
    world.play("exchange", "deposit", "dev", "500")
    expect(world.play("exchange", "buy", "dev", "BTC", "450") == "Bought 0.00749250 BTC.",
           "the exchange buys at the ask")


def dev_owes(dev):
    dev.sign_in("dev")
    told = dev.deadline(dev.world.at(7, 12, 30))
    dev.reads("You owe $450.00", "A deposit you used early was sent back by your bank.",
              f"Settle it by {told} (in 3 days 4 hours) to keep your assets.", "Learn More")
    dev.sees_no("View Details")
    dev.press("Learn More", "details")
    dev.reads("Why",
              "Your bank told us this payment was not authorized. If that was not you, tell us.",
              "Your bank's code: R10")


def dev_is_sold(dev):
    # One minute before the deadline nothing has been sold.
    dev.world.until(7, 12, 29)
    dev.go("/", "last-minute")
    dev.reads("Bitcoin", "0.0074925 BTC", "$359.28")
    dev.reads("You owe $450.00")
    dev.world.until(7, 13, 30)
    dev.go("/", "sold")
    dev.reads("Balance", MINUS + "$92.99", "owed")
    # What is below the smallest lot cannot be sold.
    dev.reads("Bitcoin", "0.0000025 BTC", "$0.11")
    dev.reads("You owe $92.99", "A deposit you used early was sent back by your bank.",
              "There is nothing left that we could sell for it. Please choose a way to pay.")
    dev.press("Learn More", "partly")
    dev.reads("$500.00 deposit", "Partly settled", "Sample Bank checking ••0010")
    dev.reads(f"You still had this in cash {MINUS}$50.00",
              f"We sold assets for {MINUS}$357.01", "You owe $92.99")
    dev.press("See what was sold", "sale-receipt")
    dev.reads(
        f"The deadline of {dev.day(dev.world.at(7, 12, 30))} had passed, so we sold some of your "
        "assets. That paid $357.01 of what you owed.")
    # 0.00749 at the bid of 47,952.00 is 359.16; 0.6 % of it is 2.15.
    when = dev.moment(dev.world.at(7, 12, 30))
    dev.reads(f"$47,952.00 $359.16 $2.15 {when}")
    dev.reads("Brought $359.16", f"Fee {MINUS}$2.15", f"Paid what you owed {MINUS}$357.01",
              "Returned to your cash $0.00", "$92.99 was still owed.")
    subjects = [message["subject"] for message in dev.world.mail("dev@example.com")]
    expect(
        subjects == [
            "Makewhole: $500.00 is available early", "Makewhole: You owe $450.00",
            "Makewhole: Reminder: you owe $450.00", "Makewhole: Last reminder: you owe $450.00",
            "Makewhole: We are selling some of your assets",
            "Makewhole: We sold assets for $357.01", "Makewhole: $92.99 is still owed"],
        "he was reminded, warned and told", subjects)
    return "/" + dev.page.url.split("/", 3)[3]


# (b) On a desk, in Spanish: another bank account pays, after documents.


def png(width):
    """A small green picture."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, 24, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes((20, 110, 90)) * width) * 24
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def pdf(catalog):
    """A well-formed document whose catalog also has `catalog`."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    text, offsets = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(text)
    text += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    text += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    text += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start)
    return text


def upload(visitor, kind, name, data, step):
    form = visitor.page.locator(f"form:has([name=document_kind][value={kind}])")
    form.locator("[name=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    form.locator("button[type=submit]").click()
    visitor.picture(step)


def decide(operator, document, refusal, step):
    operator.go("/operator/documents", "queue")
    operator.page.locator("main table a").filter(has_text=document).first.click()
    operator.picture("document")
    operator.reads("Name", "Carla Muestra", "Look yourself")
    shown = operator.context.request.get(operator.page.url + "/pages/1")
    expect(shown.status == 200 and "sandbox" in shown.headers["content-security-policy"]
           and shown.headers["content-type"] == "image/jpeg" and shown.body()[:2] == b"\xff\xd8",
           "the document is shown as a picture, in a box where nothing can act", shown.headers)
    if refusal:
        operator.page.check(f"[name=reason][value={refusal}]")
        operator.press("Ask for another", step)
    else:
        operator.press("Accept", step)


def carla_deposits(world):
    world.play("exchange", "deposit", "carla", "500")
    world.play("exchange", "buy", "carla", "BTC", "450")


def carla_chooses(carla):
    carla.sign_in("carla")
    due = carla.deadline_in_spanish(carla.world.at(7, 12, 30))
    carla.reads("Debe $450.00", "Su banco devolvió un depósito que usted ya había usado.",
                f"Páguelo antes del {due} (dentro de 4 días 3 horas) para conservar sus activos.",
                "Más información")
    carla.sees_no("Ver detalles")
    expect(carla.page.locator("html").get_attribute("lang") == "es-US", "the page is Spanish")
    carla.press("Más información", "details")
    carla.reads("Por qué", "Esa cuenta bancaria está cerrada.", "Código de su banco: R02")
    carla.press("Pagar el saldo", "choose")
    carla.reads("Sample Bank checking ••0002", "No disponible: esta cuenta está cerrada.")
    carla.page.click("label:has-text('••5553')")
    carla.press("Continuar", "review")
    carla.reads("Usted paga", "$450.00")
    carla.page.check("[name=authorize]")
    carla.press("Pagar $450.00", "documents")
    payment = carla.world.ask(
        f"/v1/customers/{carla.world.customer('carla')['id']}/settlements")["data"][0]
    paused = carla.deadline_in_spanish(
        instant(payment["started_at"]) + datetime.timedelta(hours=72))
    carla.reads(
        f"Su plazo está en pausa mientras revisamos, a más tardar hasta el {paused} (dentro de 2 "
        "días 23 horas). Mientras tanto no venderemos nada.")


def carla_proves(carla, operator):
    documents = carla.page.url
    upload(carla, "bankProof", "acts.pdf",
           pdf(b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "hostile")
    carla.reads("Hay un problema", "El archivo contiene algo que no podemos abrir con "
                "seguridad. Sirve una foto o un escaneo.")
    upload(carla, "bankProof", "page.png", b"<html><script>alert(1)</script>", "no-picture")
    carla.reads("Hay un problema", "El archivo debe ser PDF, JPG, PNG o HEIC.")
    upload(carla, "bankProof", "empty.pdf", b"", "empty")
    carla.reads("Hay un problema", "El archivo está vacío.")
    upload(carla, "bankProof", "statement.pdf", pdf(b""), "first-sent")
    carla.reads("Prueba de que la cuenta es suya", "Recibido")
    upload(carla, "photoID", "passport.png", png(40), "both-sent")
    carla.reads("Tenemos lo que pedimos")

    operator.go(carla.world.play("exchange", "operator-link"), "overview")
    decide(operator, "Proof this bank account is yours", "accountDiffers", "refused")
    operator.reads("1 document waits.")
    carla.go("/", "asked-again")
    due = carla.deadline_in_spanish(carla.world.at(7, 12, 30))
    carla.reads(
        "Necesitamos verificar su método de pago. Envíe los documentos, o pague de otra forma, "
        f"antes del {due} (dentro de 4 días 3 horas) para conservar sus activos.")
    carla.press("Enviar documentos", "documents-again")
    expect(carla.page.url == documents, "she goes on where she was", carla.page.url)
    carla.reads("Prueba de que la cuenta es suya", "Falta otro",
                "No muestra los últimos cuatro números de esta cuenta bancaria.")
    upload(carla, "bankProof", "letter.png", png(50), "third-sent")
    decide(operator, "Photo ID", None, "accepted-one")
    decide(operator, "Proof this bank account is yours", None, "accepted-both")
    operator.reads("0 documents wait.")
    operator.go("/operator/tasks", "tasks")
    operator.sees_no("A document waits")
    carla.page.reload()
    carla.picture("goes-on")
    carla.reads("Su pago está en camino")
    until = carla.deadline_in_spanish(carla.world.at(9, 8, 30))
    carla.reads(f"Lo esperamos antes del {until}. No venderemos nada mientras se procesa.")


def carla_waits(carla, deposit):
    """The debit has settled, and can still come back: it is not called settled."""
    carla.page.reload()
    carla.picture("unconfirmed")
    carla.reads("Dinero recibido, aún no definitivo",
                carla.moment_in_spanish(carla.world.at(4, 12)),
                "Pagado", "Previsto: " + carla.moment_in_spanish(carla.world.at(9, 8, 30)))
    carla.go("/deposits/" + deposit, "in-progress")
    carla.reads("Depósito de $500.00", "Pago en curso", "Sample Bank checking ••0002")
    carla.sees_no("Pagar el saldo.")
    status = carla.world.ask(
        f"/v1/customers/{carla.world.customer('carla')['id']}/obligations")["data"][0]
    expect(status["state"]["name"] == "open" and status["outstanding_minor"] == 450_00,
           "an unconfirmed payment settles nothing", status)


def carla_is_settled(carla, deposit):
    carla.go("/deposits/" + deposit, "settled")
    carla.reads("Depósito de $500.00", "Pagado", "Sample Bank checking ••0002",
                "No debe nada por este depósito")
    at = carla.moment_in_spanish(carla.world.at(9, 8, 30))
    carla.reads("Pago recibido: $450.00", at, "Pagado", at)
    subjects = [message["subject"] for message in carla.world.mail("carla@example.com")]
    expect(
        subjects == [
            "Makewhole: $500.00 disponibles antes", "Makewhole: Debe $450.00",
            "Makewhole: Necesitamos documentos suyos", "Makewhole: Necesitamos otro documento",
            "Makewhole: Sus documentos fueron aceptados", "Makewhole: Pagado: $450.00"],
        "she was written to in Spanish", subjects)


# (d) An instant buy fails, and (e) it is paid in parts: by wire, by card, from an asset.


def ana_buys(world):
    ana = world.customer("ana")["id"]
    methods = world.ask(f"/v1/customers/{ana}/payment-methods")["data"]
    account = next(one["id"] for one in methods if one["last_four"] == "5555")
    status, answer = world.server.call(
        "POST", f"/v1/customers/{ana}/purchases",
        {"method": account, "asset": "BTC", "quantity": "0.00500000", "amount_minor": 301_80,
         "fee_minor": 1_50}, key="story-purchase")
    expect(status == 201 and answer["credit_minor"] == 301_80, "the buy is credited", answer)
    return answer["id"]


def ana_owes(ana, purchase):
    world = ana.world
    entries = json.loads(world.play("bank", "list"))["entries"]
    entry = next(one["entry"] for one in entries if one["account_last_four"] == "5555")
    expect(world.play("bank", "return", str(entry), "R01")
           == f"Entry {entry} is returned with R01.", "the bank returns it")
    world.play("clock", "advance", "1m")
    ana.sign_in("ana")
    obligation = world.ask(f"/v1/customers/{world.customer('ana')['id']}/obligations")["data"][0]
    given = instant(obligation["pay_by"]) - instant(obligation["opened_at"])
    # The clock is read before and after, and moves on between; never may it be less.
    expect(0 <= (given - datetime.timedelta(hours=48)).total_seconds() < 900,
           "there are 48 hours from the delivered notice", given)
    due = ana.deadline(instant(obligation["pay_by"]))
    ana.reads("You owe $301.80",
              "Your bank did not pay for a purchase you had already received.",
              f"Settle it by {due} (in 1 day 23 hours) to keep your assets.")
    ana.reads("Bitcoin", "0.005 BTC", "$299.70")
    ana.press("View Details", "failed-buy")
    expect(ana.page.url.endswith(purchase), "View Details shows the buy", ana.page.url)
    ana.reads("Purchase of 0.005 BTC for $301.80", "Outstanding", "Sample Bank checking ••5555")
    ana.reads("You owe $301.80")


def ana_wires(ana):
    ana.press("Settle Balance", "choose")
    ana.page.check("[name=method][value=wire]")
    ana.page.fill("[name=amount]", "100")
    ana.press("Continue", "wire")
    ana.reads("Pay by wire transfer")
    ana.reads("Amount", "$100.00", "Pay to", "SAMPLE EXCHANGE", "Bank", "SANDBOX BANK")
    lines = ana.text().splitlines()
    reference = lines[lines.index("Reference") + 1]
    ana.world.play("bank", "wire", "100.00", reference)
    ana.world.play("clock", "advance", "1m")
    ana.page.reload()
    ana.picture("wire-arrived")
    ana.reads("Payment received", "Thank you. You paid $100.00; $201.80 is still owed.")


def ana_pays_by_card(ana):
    """In a second tab, so that the form in the first is stale afterwards."""
    ana.go("/settle")
    first, ana.page = ana.page, ana.context.new_page()
    ana.go("/settle")
    ana.page.locator("[name=method][value^=card]").check()
    ana.page.fill("[name=amount]", "50")
    ana.press("Continue", "card-review")
    ana.reads("You pay", "$51.45", "Pay with", "Sample Bank card ••0010")
    ana.page.check("[name=authorize]")
    ana.press("Pay $51.45", "card")
    ana.page.check("[name=choice][value=challenge]")
    ana.press("Pay", "3-d-secure")
    ana.reads("Your bank asks you to confirm", "$51.45")
    ana.page.check("[name=choice][value=confirm]")
    ana.press("Continue")
    ana.wait_for("Payment received", "Thank you. You paid $50.00; $151.80 is still owed.")
    ana.picture("card-paid")
    ana.page.close()
    ana.page = first


def ana_sells(ana):
    # The form still says 201.80, which is owed no longer: nothing may be paid by it.
    ana.page.check("[name=method][value=instant]")
    ana.press("Continue", "stale")
    ana.reads("The amount changed", "It went from $201.80 to $151.80 since you opened the page. "
              "Nothing was paid. Please check again.")
    ana.page.locator("[name=method][value^=sell_asset]").check()
    ana.press("Continue", "sale-review")
    ana.reads("You pay", "$151.80", "Pay with", "Sale of 0.00255 BTC")
    # 0.00255 at 59,940.00 is 152.84; 0.5 % of it is 0.76.
    ana.reads("Our fee", "$0.76", "Taken from what the sale brings.")
    ana.page.check("[name=authorize]")
    ana.press("Sell 0.00255 BTC for $151.80")
    ana.wait_for("Balance settled", "Thank you. You paid $151.80 and nothing is owed.")
    ana.picture("sold")
    ana.go("/", "clear")
    # 152.84 less the fee of 0.76 and less what was owed.
    ana.reads("Balance", "$0.28")
    ana.reads("Bitcoin", "0.00245 BTC", "$146.85")


def ana_is_refused(browser, ana, foreign):
    """Doors that stay closed."""
    expect(ana.go("/deposits/" + foreign, "foreign") == 404, "another's deposit is not there")
    ana.reads("Page not found")
    link = ana.world.play("exchange", "link", "ana")
    for status, step in ((200, "link"), (410, "used-link")):
        stranger = Visitor(browser, ana.world, PHONE, "America/New_York", "stranger")
        expect(stranger.go(link, step) == status, f"the link answers {status} then")
    stranger.reads("This link has expired")
    expect(stranger.go("/sign-in?token=link" + "A" * 43) == 410, "a made-up link opens nothing")
    expect(stranger.go("/deposits/" + foreign, "door") == 401, "nobody sees anything unasked")
    stranger.reads("Please sign in")
    expect(stranger.go("/operator") == 401, "nor the operators' pages")
    expect(ana.go("/operator") == 403, "a customer is no operator")


# With JavaScript: whether everybody can use the pages.


def strange_return(world):
    """A return of no trace number of ours, so that the page of suspense has something to show."""
    entry = json.loads(world.play("bank", "list"))["entries"][-1]["entry"]
    world.play("bank", "return", str(entry), "R02", "--variation", "unknown_trace")
    world.play("clock", "advance", "1m")


def check_access(browser, world, deposit, sale):
    customer = ["/", "/deposits", "/deposits/" + deposit, "/settle", "/add-money", "/withdraw",
                "/trade", "/notices", "/help", "/bank-accounts/new", "/sale-notice", "/security", sale]
    desk = ["/operator", "/operator/negative-accounts", "/operator/documents",
            "/operator/suspense", "/operator/tasks", "/operator/liquidation",
            "/operator/bank-files", "/operator/reconciliation", "/operator/webhooks", "/operator/audit",
            "/operator/customers/" + world.customer("dev")["id"]]
    rules = {"runOnly": {"type": "tag",
                         "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    axe = Axe()
    for theme in ("light", "dark"):
        for name, paths, command in (
            ("dev", customer, ("exchange", "link", "dev")),
            ("desk", desk, ("exchange", "operator-link")),
        ):
            reader = Visitor(browser, world, DESK, "America/Denver", f"{name}-{theme}",
                             scripts=True, theme=theme)
            reader.go(world.play(*command))
            for path in paths:
                expect(reader.go(path) == 200, f"{name} reads {path}")
                if path.endswith("suspense"):
                    expect("No entry of ours has this trace number." in reader.text(),
                           "the return is in suspense", reader.text())
                found = axe.run(reader.page, options=rules).response["violations"]
                expect(not found, f"axe finds nothing on {path}, {theme}", *[
                    (one["id"], one["nodes"][0]["html"][:300], one["nodes"][0]["failureSummary"])
                    for one in found])
                reader.page.set_viewport_size({"width": 320, "height": 800})
                wide = reader.page.evaluate("document.documentElement.scrollWidth")
                reader.picture("narrow" + path.replace("/", "-")[:30])
                expect(wide <= 320, f"{path} fits 320 px", f"{wide} px")
                reader.page.set_viewport_size(DESK)
                reader.picture("wide" + path.replace("/", "-")[:30])
            expect(not reader.refused, "the browser complains of nothing", *reader.refused)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    take_database(options)
    options = options.parse_args()
    began = time.monotonic()
    pictures = ROOT / "artifacts" / "story"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    world = World(options.bin, options.database)

    def told(what):
        print(f"  {time.monotonic() - began:5.1f} s  {what}", flush=True)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            world.begin()
            ben = Visitor(browser, world, PHONE, "America/Chicago", "ben")
            dev = Visitor(browser, world, DESK, "America/Denver", "dev")
            deposit, release = ben_deposits(ben)
            ben_trades(ben)
            ben_withdraws_too_early(ben, release)
            dev_deposits(world)
            carla_deposits(world)
            purchase = ana_buys(world)
            told("credited at once, traded at once, and held until the release time")
            world.until(1, 10)
            ana = Visitor(browser, world, PHONE, "America/New_York", "ana")
            ana_owes(ana, purchase)
            ana_wires(ana)
            ana_pays_by_card(ana)
            ana_sells(ana)
            ana_is_refused(browser, ana, deposit)
            told("an instant buy failed, and was paid by wire, by card and from an asset")
            world.until(3, 9)
            ben_owes(ben, deposit)
            ben_settles(ben, deposit)
            told("R01: owed, settled by an instant payment, Settled")
            carla = Visitor(browser, world, DESK, "America/Los_Angeles", "carla")
            operator = Visitor(browser, world, DESK, "America/New_York", "operator")
            carla_chooses(carla)
            carla_proves(carla, operator)
            told("R02: documents asked for, refused, sent again and accepted")
            world.play("market", "price", "BTC", "48000.00")
            world.until(4, 8, 25)
            dev_owes(dev)
            world.until(4, 9)
            closed = world.ask(
                f"/v1/customers/{world.customer('carla')['id']}/deposits")["data"][0]["id"]
            carla_waits(carla, closed)
            sale = dev_is_sold(dev)
            told("R10: not paid, sold after the deadline, the rest stays owed")
            world.until(9, 12)
            carla_is_settled(carla, closed)
            told("R02: settled once the payment could no longer come back")
            unpaid = world.ask(
                f"/v1/customers/{world.customer('dev')['id']}/deposits")["data"][0]["id"]
            strange_return(world)
            check_access(browser, world, unpaid, sale)
            told("everybody can use the pages: axe, light and dark, 320 px")
        finally:
            browser.close()
            world.server.stop()
    world.server.verify()
    told("the books are right")


if __name__ == "__main__":
    main()
