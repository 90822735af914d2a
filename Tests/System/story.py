"""Plays the whole story in a real browser, as customers and an operator live it.

Nothing is pretended: Makewhole and the sandbox run, a bank file leaves and a return comes back. The
week begins on the first Monday of a March that is yet to come, at 10:00 in New York: no bank
holiday is near, and daylight saving begins on the Sunday after, in the middle of deadlines.
Without JavaScript wherever nothing else is said. Pictures of each step are in artifacts/story.
"""

import argparse
import datetime
import itertools
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import zoneinfo

from playwright.sync_api import sync_playwright

from system import ROOT, Makewhole

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
EASTERN = zoneinfo.ZoneInfo("America/New_York")
MINUS = "\u2212"


def first_monday_of_march(now):
    """A Monday at 10:00 in New York, at least a day and less than 400 days ahead."""
    for year in (now.year, now.year + 1):
        day = datetime.datetime(year, 3, 1, 10, tzinfo=EASTERN)
        day += datetime.timedelta(days=-day.weekday() % 7)
        if day - now > datetime.timedelta(days=1):
            return day
    raise AssertionError("there is a March in each year")


def expect(is_so, claim, *facts):
    if not is_so:
        raise AssertionError(claim + "".join(f"\n  {fact}" for fact in facts))


class World:
    """The running programs, and time in them."""

    def __init__(self, binaries):
        self.server = Makewhole(binaries, sandbox=True).start()
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
        return done.stdout.strip() if succeeds else done.stderr.strip()

    def now(self):
        text = json.loads(self.play("clock", "show"))["now"]
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))

    def begin(self):
        self.monday = first_monday_of_march(self.now())
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
        self.context.set_default_timeout(10_000)
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
        """Follows the link or button that reads `words`, outside menu and footer."""
        exact = re.compile(r"^\s*" + re.escape(words) + r"\s*$")
        for kind in ("button", "a"):
            outside = f"{kind}:visible:not(nav *):not(footer *)"
            found = self.page.locator(outside).filter(has_text=exact)
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

    @staticmethod
    def clock(here):
        return f"{here.hour % 12 or 12}:{here:%M} {here:%p} {here:%Z}"

    def wait_for(self, *lines, seconds=10):
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
              "The rest became owed: $450.00", ben.moment(ben.world.at(3, 8, 15)),
              "Settled", "Not yet")
    gone = ben.world.at(7, 12)
    ben.reads(
        f"Still there after {gone:%a}, {gone:%b} {gone.day}? Send us a screenshot of the posted "
        "(not pending) line and we will look.")


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
    ben.reads("Settled: $450.00", "New", "Nothing is owed for this deposit. Thank you.")
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
              "Your bank told us this deposit was not authorized. If that was not you, tell us.",
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
    # 0.00749 at the bid of 47,952.00 is 359.16; 0.6 % of it is 2.15.
    when = dev.moment(dev.world.at(7, 12, 30))
    dev.reads(f"$47,952.00 $359.16 $2.15 {when}")
    dev.reads("Brought $359.16", f"Fee {MINUS}$2.15", f"Paid what you owed {MINUS}$357.01",
              "Returned to your cash $0.00", "$92.99 is still owed.")
    subjects = [message["subject"] for message in dev.world.mail("dev@example.com")]
    expect(
        subjects == [
            "Makewhole: $500.00 is available early", "Makewhole: You owe $450.00",
            "Makewhole: Reminder: you owe $450.00", "Makewhole: Last reminder: you owe $450.00",
            "Makewhole: We are selling some of your assets",
            "Makewhole: We sold assets for $357.01", "Makewhole: $92.99 is still owed"],
        "he was reminded, warned and told", subjects)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    began = time.monotonic()
    pictures = ROOT / "artifacts" / "story"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    world = World(options.bin)

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
            told("credited at once, traded at once, and held until the release time")
            world.until(3, 9)
            ben_owes(ben, deposit)
            ben_settles(ben, deposit)
            told("R01: owed, settled by an instant payment, Settled")
            world.play("market", "price", "BTC", "48000.00")
            world.until(4, 8, 25)
            dev_owes(dev)
            dev_is_sold(dev)
            told("R10: not paid, sold after the deadline, the rest stays owed")
        finally:
            browser.close()
            world.server.stop()
    world.server.verify()
    told("the books are right")


if __name__ == "__main__":
    main()
