"""Brings notices to real servers and a real browser.

Mail goes to aiosmtpd with TLS and a password; pushes to a push service of our own, which believes
nothing and opens them with what the browser alone has, written here anew from RFC 8291; texts to a
host's endpoint that checks the signature. The program is killed while a mail is on its way, and
what it sends after is the same. Then a browser: what is open is told at once and keeps what was
typed, Home is there without a connection, and a push becomes a notice. With --streams N, so many
pages are held open and the memory they take is printed.
"""

import argparse
import asyncio
import base64
import datetime
import email
import email.policy
import hashlib
import hmac
import http.server
import ipaddress
import json
import os
import pathlib
import re
import resource
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import jwt
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID
from playwright.sync_api import Error, sync_playwright

from system import ROOT, Makewhole, free_port, take_database

CONTACT = "mailto:operators@sample-exchange.example"
PASSWORD = "correct horse"


def expect(is_so, claim, *facts):
    if not is_so:
        raise AssertionError(claim + "".join(f"\n  {fact}" for fact in facts))


def until(ask, claim, seconds=30):
    end = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        expect(time.monotonic() < end, claim, found)
        time.sleep(0.05)


def wait(page, expression):
    """Until it is so in the page; the page's own policy lets nobody else look there."""
    def ask():
        try:
            return page.evaluate(expression)
        except Error as error:
            # The page is being left.
            if "context was destroyed" not in str(error):
                raise
    return until(ask, expression)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# MARK: Mail


def certificate(folder):
    """A server's own certificate for localhost, which clients are told to believe."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([
                x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "mail.key"
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context


class MailBox:
    """A mail server that takes nothing in the clear and nothing without a password."""

    def __init__(self, context, implicit=False):
        self.messages = []
        self.refuse = False
        self.hold = threading.Event()
        self.holding = threading.Event()
        self.hold.set()
        self.port = free_port()
        settings = dict(
            hostname="localhost", port=self.port, authenticator=self.authenticate,
            auth_required=True)
        if implicit:
            # The whole conversation is inside TLS, so the sign-in may be asked for at once.
            settings |= dict(ssl_context=context, auth_require_tls=False)
        else:
            settings |= dict(tls_context=context, require_starttls=True)
        self.controller = Controller(self, **settings)
        self.controller.start()

    def authenticate(self, server, session, envelope, mechanism, data):
        login, password = data.login.decode(), data.password.decode()
        return AuthResult(success=login == "makewhole" and password == PASSWORD)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        # Taken from here on, whether or not the other side hears of it.
        encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object")
        self.messages.append(dict(
            to=envelope.rcpt_tos, tls=bool(encrypted), user=session.authenticated,
            message=email.message_from_bytes(envelope.content, policy=email.policy.default)))
        self.holding.set()
        while not self.hold.is_set():
            await asyncio.sleep(0.05)
        return "250 2.0.0 taken"

    def of(self, notice):
        return [one for one in self.messages if notice in one["message"]["Message-ID"]]

    def stop(self):
        self.controller.stop()


def check_mail(one, notice):
    message = one["message"]
    expect(one["tls"] and one["user"], "mail travels inside TLS, signed in", one)
    expect(message["Message-ID"] == f"<{notice}@sample-exchange.example>", "the notice's own id",
           message["Message-ID"])
    expect(message.get_content_type() == "multipart/alternative", "text and HTML", message)
    text, html = [part.get_content() for part in message.iter_parts()]
    expect(f"/notices/{notice}" in text and f"/notices/{notice}" in html, "a link to the notice")
    expect("<script" not in html and "<img" not in html, "nothing acts in a mail", html)


# MARK: Push and text


class Browserlike:
    """What a browser keeps to itself: a key pair and a secret."""

    def __init__(self, service):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.secret = os.urandom(16)
        self.path = "/push/" + os.urandom(8).hex()
        self.address = service.url + self.path

    def open(self, body):
        """RFC 8291, section 3, from the receiver's side."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs = body[21:21 + length]
        sealed = body[21 + length:]
        expect(length == 65 and len(sealed) <= size, "one record of aes128gcm", length, size)
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.private.exchange(ec.ECDH(), point)

        def derive(secret, salt, info, count):
            return HKDF(hashes.SHA256(), count, salt, info).derive(secret)

        key = derive(shared, self.secret, b"WebPush: info\0" + self.public + theirs, 32)
        content = derive(key, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(key, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(content).decrypt(nonce, sealed, None).rstrip(b"\0")
        expect(plain[-1:] == b"\x02", "the record says that it is the last")
        return plain[:-1]


class Listener:
    """Keeps every request, and answers what it is told to."""

    def __init__(self):
        self.requests = []
        self.status = 201
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.requests.append((self.path, dict(self.headers.items()), body))
                self.send_response(owner.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def check_push(request, device, service, key, notice):
    path, headers, body = request
    headers = {name.lower(): value for name, value in headers.items()}
    expect(path == device.path, "the browser's own address", path)
    expect(headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) > 0, "RFC 8030")
    expect(headers["topic"] in notice and len(headers["topic"]) <= 32, "the notice's topic")
    scheme, rest = headers["authorization"].split(" ", 1)
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    expect(scheme == "vapid" and fields["k"] == key, "the key browsers subscribed under")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    claims = jwt.decode(fields["t"], point, algorithms=["ES256"], audience=service.url)
    left = claims["exp"] - time.time()
    expect(0 < left <= 24 * 3600 and claims["sub"] == CONTACT, "at most a day", claims)
    said = json.loads(device.open(body))
    expect(said["id"] == notice and said["path"] == f"/notices/{notice}", "where it leads", said)
    shown = said["title"] + said["body"]
    expect(not re.search(r"[$0-9]", shown), "no amount on a locked screen", shown)
    return said


def check_text(request, secret, notice):
    _, headers, body = request
    headers = {name.lower(): value for name, value in headers.items()}
    expect(headers["webhook-id"] == notice, "the notice's own id", headers)
    stamp = headers["webhook-timestamp"]
    expect(abs(time.time() - int(stamp)) < 300, "signed now", stamp)
    key = base64.b64decode(secret.strip().removeprefix("whsec_"))
    signed = f"{notice}.{stamp}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    expect(right in headers["webhook-signature"].split(" "), "signed as Standard Webhooks has it")
    said = json.loads(body)
    expect(said["type"] == "notice.text" and "$" not in said["data"]["text"], "no amount", said)


# MARK: The story


class World:
    def __init__(self, binaries, database):
        self.push, self.text = Listener(), Listener()
        self.server = Makewhole(binaries, database=database)
        folder = self.server.folder
        authority, self.tls = certificate(folder)
        self.mail = MailBox(self.tls)
        key = self.server.tool("key", "push").stdout
        secret = self.server.tool("key", "webhook").stdout
        (folder / "push.key").write_text(key)
        (folder / "text.secret").write_text(secret)
        (folder / "mail.password").write_text(PASSWORD)
        self.secret = secret
        self.server.more = {
            "smtp": {
                "host": "localhost", "port": self.mail.port, "security": "starttls",
                "from": "notices@sample-exchange.example", "username": "makewhole",
                "password": {"file": "mail.password"}, "ca": {"file": authority.name},
            },
            "push": {
                "key": {"file": "push.key"}, "contact": CONTACT, "hosts": "127.0.0.1",
            },
            "text": {"url": self.text.url, "secret": {"file": "text.secret"}},
        }
        self.configure()
        self.server.start()

    def configure(self):
        path = self.server.folder / "config.json"
        whole = json.loads(path.read_text())["makewhole"] | self.server.more
        path.write_text(json.dumps({"makewhole": whole}))

    def call(self, method, path, body=None, key=None, status=None):
        got, answer = self.server.call(method, path, body, key)
        expect(got == status if status else got < 300, f"{method} {path}", got, answer)
        return answer

    def customer(self, reference, **more):
        body = dict(
            reference=reference, name="Ada Sample", email=f"{reference}@example.com",
            language="en", time_zone="America/New_York")
        made = self.call("POST", "/v1/customers", body | more, "open-" + reference)["id"]
        path = f"/v1/customers/{made}"
        # Loud all day, so that the test may run at night.
        self.call("POST", path + "/notice-preferences", {"off": {}, "quiet_hours": None})
        number = "1" + str(int(hashlib.sha256(reference.encode()).hexdigest(), 16))[:9]
        method = self.call("POST", path + "/payment-methods", dict(
            type="bank_account", label="Checking", routing_number="021000021",
            account_number=number, account_type="checking", verified=True,
            balance_minor=9_000_000), "link-" + reference)["id"]
        return Customer(self, made, method)


class Customer:
    def __init__(self, world, id, method):
        self.world, self.id, self.method = world, id, method
        self.deposits = 0

    def deposit(self):
        """A small deposit, and the notice of it."""
        self.deposits += 1
        known = {one["id"] for one in self.notices()}
        self.asked_at = time.time()
        self.world.call(
            "POST", f"/v1/customers/{self.id}/deposits",
            {"method": self.method, "amount_minor": 1_000}, f"dep-{self.id}-{self.deposits}")
        fresh = [one for one in self.notices() if one["id"] not in known]
        expect(len(fresh) == 1, "a deposit writes one notice", fresh)
        return fresh[0]["id"]

    def notices(self):
        return self.world.call("GET", f"/v1/customers/{self.id}/notices")["data"]

    def deliveries(self, notice):
        path = f"/v1/customers/{self.id}/notices/{notice}/deliveries"
        return {one["channel"]: one for one in self.world.call("GET", path)["data"]}

    def ended(self, notice):
        def ask():
            rows = self.deliveries(notice)
            return rows if rows and all(r["state"] != "waiting" for r in rows.values()) else None
        return until(ask, f"every channel of {notice} comes to an end")

    def link(self):
        return self.world.call("POST", f"/v1/customers/{self.id}/sign-in-links")["url"]

    def session(self):
        """A cookie of this customer's, without a browser."""
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None
        try:
            urllib.request.build_opener(Stay).open(self.link(), timeout=10)
        except urllib.error.HTTPError as answer:
            return answer.headers["Set-Cookie"].split(";")[0]
        raise AssertionError("a link signs in by a redirect")


def request(world, path, cookie, form=None, accept="text/html"):
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    asked = urllib.request.Request(
        world.server.url + path, data=data, headers={"Cookie": cookie, "Accept": accept})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return answer.read().decode()


def subscribe(world, cookie, device):
    page = request(world, "/notices/settings", cookie)
    token = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    key = re.search(r'data-enhance="device-ask" data-value="([^"]+)"', page).group(1)
    after = request(world, "/notices/devices", cookie, dict(
        csrf=token, address=device.address, key=b64(device.public), secret=b64(device.secret)))
    expect("127.0.0.1" in after, "the browser stands on the page")
    return key


def channels(world):
    """Each channel brings the notice once, and says no more than it should."""
    ada = world.customer("ada")
    cookie = ada.session()
    device = Browserlike(world.push)
    key = subscribe(world, cookie, device)

    notice = ada.deposit()
    rows = ada.ended(notice)

    expect({n: r["state"] for n, r in rows.items()}
           == {"mail": "delivered", "push": "delivered", "text": "delivered"}, "all arrived", rows)
    expect(len(world.mail.of(notice)) == 1, "one mail")
    check_mail(world.mail.of(notice)[0], notice)
    expect(len(world.push.requests) == 1 and len(world.text.requests) == 1, "one of each")
    check_push(world.push.requests[0], device, world.push, key, notice)
    check_text(world.text.requests[0], world.secret, notice)

    # A browser that is gone is forgotten; the rest goes on.
    world.push.status = 410
    rows = ada.ended(ada.deposit())
    expect(rows["push"]["state"] == "refused" and rows["mail"]["state"] == "delivered",
           "a gone browser", rows)
    world.push.status = 201
    rows = ada.ended(ada.deposit())
    expect("push" not in rows, "nobody is pushed to", rows)

    # What he does not want does not come.
    path = f"/v1/customers/{ada.id}/notice-preferences"
    world.call("POST", path, {"off": {"mail": ["deposits"], "text": ["deposits"]},
                              "quiet_hours": None})
    notice = ada.deposit()
    time.sleep(2)
    expect(ada.deliveries(notice) == {}, "only in the app", ada.deliveries(notice))
    return ada


def refused(world):
    """A mailbox that is not there and a host that cannot text: a person is told."""
    bob = world.customer("bob")
    world.mail.refuse, world.text.status = True, 410
    notice = bob.deposit()
    rows = bob.ended(notice)
    world.mail.refuse, world.text.status = False, 201
    expect(all(r["state"] == "refused" for r in rows.values()), "both refused", rows)
    expect("550" in rows["mail"]["result"], "what the mail server said is kept", rows)
    made = world.server.tool(
        "operator", "sign-in", "dana", "--config", str(world.server.folder / "config.json"))

    class Jar(urllib.request.HTTPCookieProcessor):
        pass
    desk = urllib.request.build_opener(Jar())
    desk.open(made.stdout.strip(), timeout=10).read()

    def told():
        with desk.open(world.server.url + "/operator/tasks", timeout=10) as answer:
            return answer.read().decode().count(notice)
    expect(until(told, "a task for operators") == 1, "one task")
    page = desk.open(world.server.url + f"/operator/customers/{bob.id}/notices", timeout=10)
    expect("no such mailbox" in page.read().decode(), "operators see why")


def killed(world):
    """Killed while the mail server thinks: the same mail comes again, and nothing else does."""
    eve = world.customer("eve")
    ended = eve.ended(eve.deposit())
    expect(ended["text"]["state"] == "delivered", "texts arrive", ended)
    texts = len(world.text.requests)
    world.mail.holding.clear()
    world.mail.hold.clear()
    notice = eve.deposit()
    expect(world.mail.holding.wait(20), "the mail is on its way")
    until(lambda: eve.deliveries(notice)["text"]["state"] == "delivered",
          "a mail server that thinks holds up no text")
    world.server.kill()
    world.mail.hold.set()
    until(lambda: world.mail.of(notice), "the first mail was taken, which nobody knows")
    world.server.start()
    rows = eve.ended(notice)
    expect(rows["mail"]["state"] == "delivered", "the mail is delivered", rows)
    mails = world.mail.of(notice)
    expect(len(mails) == 2 and mails[0]["message"].as_bytes() == mails[1]["message"].as_bytes(),
           "the same bytes under the same id", len(mails))
    expect(len(world.text.requests) == texts + 1, "the text was not sent again")


def implicit(world):
    """The same from the first byte inside TLS."""
    box = MailBox(world.tls, implicit=True)
    world.server.stop()
    world.server.more["smtp"] |= {"port": box.port, "security": "tls"}
    world.configure()
    world.server.start()
    joe = world.customer("joe", language="es")
    notice = joe.deposit()
    joe.ended(notice)
    expect(len(box.of(notice)) == 1, "one mail")
    one = box.of(notice)[0]
    check_mail(one, notice)
    expect("Hola" in one["message"].get_body(("plain",)).get_content(), "in Spanish")
    return joe


# MARK: A browser


def browse(world):
    cora = world.customer("cora", name="Cora Sample")
    cora.deposit()
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
        context.grant_permissions(["notifications"], origin=world.server.url)
        page = context.new_page()
        faults = []
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(cora.link())
        wait(page, "navigator.serviceWorker.controller !== null")

        # Told at once, again and again.
        page.goto(world.server.url + "/")
        page.wait_for_timeout(500)
        for _ in range(5):
            page.evaluate("""() => { window.seen = new Promise((done) => {
                new MutationObserver(() => {
                    const said = document.querySelector('[data-enhance=say]').textContent;
                    if (said.includes('New notice')) done(Date.now());
                }).observe(document.querySelector('[data-enhance=say]'), { childList: true });
            }); document.querySelector('[data-enhance=say]').textContent = ''; }""")
            cora.deposit()
            at = page.evaluate("() => window.seen")
            took.append(at / 1000 - cora.asked_at)
        said = page.inner_text("[data-enhance=say]")
        expect("New notice" in said, "a polite announcement", said)
        expect(page.get_attribute("[data-enhance=say]", "role") == "status", "politely")

        # What was typed stays, and so does the place in it.
        page.goto(world.server.url + "/help")
        page.fill("#field-message", "My deposit is not th")
        page.wait_for_timeout(500)
        before = page.inner_text(".site-nav")
        cora.deposit()
        wait(
            page, "document.querySelector('[data-enhance=say]').textContent.includes('New notice')")
        page.keyboard.type("ere")
        expect(page.input_value("#field-message") == "My deposit is not there",
               "what was typed is there", page.input_value("#field-message"))
        expect(page.inner_text(".site-nav") != before, "the count of notices is new", before)

        installable(world, context, page)
        pushed(world, context, page, cora)
        offline(world, context, page)
        shared(world, context, page, cora)
        expect(not [f for f in faults if "ERR_INTERNET_DISCONNECTED" not in f
                    and "Failed to load resource" not in f], "the console is quiet", *faults)
        context.close()

        # Everything works without script too.
        context = browser.new_context(java_script_enabled=False, locale="en-US")
        page = context.new_page()
        page.goto(cora.link())
        page.goto(world.server.url + "/notices/settings")
        page.uncheck("[name=want][value='deposits.push']")
        page.select_option("#field-quiet_from", "23")
        page.select_option("#field-quiet_to", "6")
        page.click("main button[type=submit] >> text=Keep these settings")
        expect("Your settings are kept" in page.inner_text("main"), "kept without script")
        wish = world.call("GET", f"/v1/customers/{cora.id}/notice-preferences")
        expect(wish["quiet_hours"] == {"from": 23, "to": 6} and wish["off"]["push"] == ["deposits"],
               "what was chosen", wish)
        pictures(world, browser, cora)
        browser.close()
    took.sort()
    expect(took[len(took) // 2] < 1, "pages are told at once", took)
    print("from asking for a deposit to a page that shows it, in ms: "
          + " ".join(f"{1000 * one:.0f}" for one in took))


def installable(world, context, page):
    with urllib.request.urlopen(world.server.url + "/manifest.webmanifest", timeout=10) as answer:
        manifest = json.load(answer)
    expect(manifest["display"] == "standalone" and manifest["scope"] == "/", "an app", manifest)
    session = context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    expect(not found["errors"] and found["data"], "the browser reads the manifest", found["errors"])


def pushed(world, context, page, cora):
    """The worker shows what the server sealed, and a click leads to the notice."""
    session = context.new_cdp_session(page)
    known = []
    session.on("ServiceWorker.workerRegistrationUpdated",
               lambda event: known.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    expect(known, "the worker is registered")
    notice = cora.notices()[0]["id"]
    message = {"id": notice, "title": "Makewhole", "body": "There is news about your money.",
               "path": f"/notices/{notice}", "unread": 3, "at": 1_800_000_000_000}
    for data in (json.dumps(message), json.dumps(message), "not JSON at all"):
        session.send("ServiceWorker.deliverPushMessage", {
            "origin": world.server.url, "registrationId": known[-1]["registrationId"],
            "data": data})
    page.wait_for_timeout(700)
    shown = page.evaluate("""async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map((one) => [one.title, one.body, one.tag, one.data.path]);
    }""")
    own = [one for one in shown if one[2] == notice]
    expect(own == [["Makewhole", message["body"], notice, message["path"]]],
           "told twice it stands there once", shown)
    expect(len(shown) == 2, "a push that cannot be read is shown all the same", shown)


def offline(world, context, page):
    page.goto(world.server.url + "/")
    wait(
        page, "caches.match('/', { cacheName: 'home' }).then((kept) => Boolean(kept))")
    # What is open says so and turns its buttons off, and on again.
    context.set_offline(True)
    wait(page, "document.querySelector('[data-enhance=offline]').textContent !== ''")
    expect(page.query_selector("main a.button[aria-disabled=true]"), "buttons are off")
    context.set_offline(False)
    wait(page, "document.querySelector('[data-enhance=offline]').textContent === ''")
    expect(not page.query_selector("main a.button[aria-disabled=true]"), "buttons are on again")

    context.set_offline(True)
    page.goto(world.server.url + "/")
    wait(page, "document.querySelector('[data-enhance=offline]').textContent !== ''")
    bar = page.inner_text("[data-enhance=offline]")
    expect("This is how your account was on" in bar, "the last Home, as of its time", bar)
    address = page.url
    page.eval_on_selector("main a.button", "(button) => button.click()")
    expect(page.url == address, "a button that moves money leads nowhere")
    page.screenshot(path=ROOT / "artifacts" / "notices" / "home-offline.png")
    page.goto(world.server.url + "/deposits")
    expect("You are offline" in page.inner_text("h1"), "every other page says so",
           page.inner_text("body"))
    expect(page.is_visible("text=See how your account was"), "and leads to the last Home")
    page.screenshot(path=ROOT / "artifacts" / "notices" / "offline.png")
    context.set_offline(False)

    page.goto(world.server.url + "/")
    page.click("text=Sign out")
    wait(
        page, "caches.match('/', { cacheName: 'home' }).then((kept) => !kept)")
    context.set_offline(True)
    page.goto(world.server.url + "/")
    expect("You are offline" in page.inner_text("h1"), "nothing is left after signing out",
           page.inner_text("main"))
    expect(not page.is_visible("text=See how your account was"), "and nothing is offered")
    context.set_offline(False)


def shared(world, context, page, cora):
    """A browser that two customers use one after the other, and news that cannot be had at once."""
    kept = "caches.match('/', { cacheName: 'home' }).then((kept) => Boolean(kept))"
    page.goto(cora.link())
    page.goto(world.server.url + "/")
    wait(page, kept)

    # News that could not be fetched is not known: it is asked for again, and comes.
    page.wait_for_timeout(500)
    refused = []

    def refuse(route):
        # The page's own question for itself, and nothing else.
        if route.request.headers.get("accept") == "text/html" and len(refused) < 1:
            refused.append(route.request.url)
            route.abort()
        else:
            route.fallback()
    context.route("**/*", refuse)
    cora.deposit()
    until(lambda: refused or page.wait_for_timeout(50), "the page asks for itself")
    wait(page, "document.querySelector('[data-enhance=say]').textContent.includes('New notice')")
    context.unroute("**/*", refuse)

    # The button for this device is there after the page was renewed as before.
    page.goto(world.server.url + "/notices/settings")
    shown = "!document.querySelector('[data-enhance=device-ask]').hidden"
    wait(page, shown)
    page.wait_for_timeout(500)
    page.evaluate("document.querySelector('[data-enhance=device-ask]').dataset.old = 'yes'")
    with urllib.request.urlopen(urllib.request.Request(
            world.server.url + f"/v1/customers/{cora.id}/notice-preferences",
            headers={"Authorization": f"Bearer {world.server.key}"}), timeout=10) as answer:
        before = json.load(answer)
    cora.world.call("POST", f"/v1/customers/{cora.id}/notice-preferences",
                    {"off": {"push": ["sales"]}, "quiet_hours": None})
    cora.deposit()
    wait(page, "!document.querySelector('[data-enhance=device-ask]').dataset.old")
    wait(page, shown)
    cora.world.call("POST", f"/v1/customers/{cora.id}/notice-preferences", before)

    # Somebody else signs in over it, and never sees Home: nothing of the first is left.
    page.goto(world.server.url + "/")
    wait(page, kept)
    dora = world.customer("dora", name="Dora Sample")
    page.goto(dora.link() + "&next=%2Fdeposits")
    expect(page.url.endswith("/deposits"), "led past Home", page.url)
    expect(not page.evaluate(kept), "the first customer's Home is gone")
    context.set_offline(True)
    page.goto(world.server.url + "/")
    expect("You are offline" in page.inner_text("h1"), "nobody's Home", page.inner_text("main"))
    context.set_offline(False)
    # Nor is it where the other came in unseen by the worker: a page of another session tells it.
    page.goto(world.server.url + "/")
    wait(page, kept)
    context.clear_cookies()
    name, value = cora.session().split("=", 1)
    context.add_cookies([dict(name=name, value=value, url=world.server.url)])
    page.goto(world.server.url + "/deposits")
    wait(page, kept.replace("Boolean(kept)", "!kept"))


def pictures(world, browser, customer):
    """The pages as people see them, to look at."""
    from axe_playwright_python.sync_playwright import Axe

    for width in (320, 390, 1280):
        for theme in ("light", "dark"):
            for locale in ("en-US", "es-US"):
                context = browser.new_context(
                    viewport={"width": width, "height": 844}, color_scheme=theme, locale=locale)
                page = context.new_page()
                page.goto(customer.link())
                context.add_cookies([dict(
                    name="mw_language", value=locale, url=world.server.url)])
                for name, path in (("settings", "/notices/settings"), ("notices", "/notices"),
                                   ("offline-page", "/offline")):
                    page.goto(world.server.url + path)
                    page.screenshot(full_page=True, path=ROOT / "artifacts" / "notices"
                                    / f"{name}-{width}-{theme}-{locale}.png")
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    expect(wide <= width, f"{name} fits {width} px", wide)
                    if width != 390:
                        found = Axe().run(page).response["violations"]
                        expect(not found, f"axe finds nothing on {name}",
                               *[v["id"] + " " + str(v["nodes"][0]["html"]) for v in found])
                context.close()


# MARK: Many pages


async def hold(world, cookies, count):
    """Keeps `count` streams open, and says what the program takes before and after."""
    def memory():
        status = pathlib.Path(f"/proc/{world.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    before = memory()
    streams = []
    for number in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
        cookie = cookies[number % len(cookies)]
        writer.write(
            f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{world.server.port}\r\n"
            f"Cookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n".encode())
        streams.append((reader, writer))
    for reader, _ in streams:
        line = await asyncio.wait_for(reader.readline(), 60)
        expect(b" 200 " in line, "a stream opens", line)
    await asyncio.sleep(20)
    after = memory()
    print(f"{count} open pages: {before:.0f} MB before, {after:.0f} MB with them")
    for _, writer in streams:
        writer.close()


def many(world, count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    world.server.stop()
    world.server.start()
    cookies = [world.customer(f"c{n}").session() for n in range(-(-count // 6))]
    asyncio.run(hold(world, cookies, count))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--streams", type=int, default=0)
    take_database(parser)
    arguments = parser.parse_args()
    (ROOT / "artifacts" / "notices").mkdir(parents=True, exist_ok=True)
    world = World(arguments.bin, arguments.database)
    channels(world)
    refused(world)
    killed(world)
    implicit(world)
    browse(world)
    if arguments.streams:
        many(world, arguments.streams)
    world.server.stop()
    world.server.verify()
    print("notices: each arrived over each channel, or somebody was told")


if __name__ == "__main__":
    main()
