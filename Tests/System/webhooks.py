"""The host is told by the real program: signatures checked by the public library `standardwebhooks` and
by an Ed25519 that is not ours; receivers that fail, redirect, are slow, busy or gone; kill -9 in between;
addresses that may not be called; certificates that are believed and that are not."""

import argparse
import base64
import datetime
import http.server
import json
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from system import Makewhole, take_database


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Receiver(http.server.ThreadingHTTPServer):
    """What came to each path, and what each path answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, certificate=None):
        self.came = {}
        self.lock = threading.Lock()
        self.failures_left = 2
        self.busy_left = 1
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is the connection's own thread's.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client):
        """A sender that is killed, or has read enough, hangs up."""

    def all(self, path):
        with self.lock:
            return list(self.came.get(path, []))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            # Whoever sent it was killed on the way: nobody has told anything yet.
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = self.server
        with server.lock:
            server.came.setdefault(self.path, []).append((time.monotonic(), headers, body))
            status, more = 204, []
            if self.path == "/fails" and server.failures_left > 0:
                server.failures_left -= 1
                status = 500
            elif self.path == "/busy" and server.busy_left > 0:
                server.busy_left -= 1
                status, more = 429, [("Retry-After", "3")]
            elif self.path == "/redirect":
                status, more = 302, [("Location", server.url + "/trap")]
            elif self.path == "/gone":
                status = 410
        if self.path == "/slow":
            time.sleep(4)
        if self.path == "/drip":
            # A body that never comes to its end.
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            try:
                for _ in range(60):
                    self.wfile.write(b"x")
                    time.sleep(0.5)
            except OSError:
                pass
            self.close_connection = True
            return
        if self.path == "/long":
            # More than anybody reads of an answer.
            self.send_response(200)
            self.send_header("Content-Length", str(64 << 20))
            self.end_headers()
            try:
                for _ in range(1024):
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def call(server, method, path, body=None, key=None, status=None):
    got, answer = server.call(method, path, body, key)
    assert got == status or status is None and got < 300, (path, got, answer)
    return answer


def endpoint(server, url, **more):
    return call(server, "POST", "/v1/webhook-endpoints", {"url": url} | more, status=201)


def deliveries(server, of, **query):
    words = "".join(f"&{name}={value}" for name, value in query.items())
    return call(
        server, "GET", f"/v1/webhook-endpoints/{of['id']}/deliveries?limit=200{words}")["data"]


def events(server):
    """All there are, as somebody reads them who polls, a few at a time."""
    found, after = [], ""
    while True:
        page = call(server, "GET", "/v1/events?limit=7" + after)
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        after = "&after=" + page["next_cursor"]


def advance(server, **by):
    now = datetime.datetime.fromisoformat(call(server, "GET", "/v1/sandbox/clock")["now"])
    later = (now + datetime.timedelta(**by)).astimezone(datetime.timezone.utc)
    call(server, "POST", "/v1/sandbox/clock",
         {"advance_to": later.strftime("%Y-%m-%dT%H:%M:%SZ")})


def customer(server, name):
    made = call(server, "POST", "/v1/customers", {
        "reference": name, "name": "Ada Sample", "email": "ada@localhost", "language": "en",
        "time_zone": "America/New_York",
    })["id"]
    method = call(server, "POST", f"/v1/customers/{made}/payment-methods", {
        "type": "bank_account", "label": "Checking", "routing_number": "021000021",
        "account_number": "9876543210", "account_type": "checking", "verified": True,
        "balance_minor": 100_000_000,
    }, name + "-method")["id"]
    return made, method


def deposit(server, who, key, cents=10_000):
    return call(server, "POST", f"/v1/customers/{who[0]}/deposits",
                {"method": who[1], "amount_minor": cents}, key)["id"]


def check_signatures(came, made):
    """By libraries that share nothing with the program."""
    for _, headers, body in came:
        told = Webhook(made["secret"]).verify(body, headers)
        assert set(told) == {"type", "timestamp", "data"}, told
        assert len(body) < 20_000
        key = next(one["public_key"] for one in made["signatures"] if one["scheme"] == "v1a")
        public = Ed25519PublicKey.from_public_bytes(
            base64.b64decode(key.removeprefix("whpk_"), validate=True))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        signatures = [part[4:] for part in headers["webhook-signature"].split()
                      if part.startswith("v1a,")]
        assert len(signatures) == 1, headers
        public.verify(base64.b64decode(signatures[0], validate=True), signed)
        try:
            Webhook(made["secret"]).verify(body + b" ", headers)
        except WebhookVerificationError:
            continue
        raise AssertionError("a changed body was believed")


def ids(came):
    return {headers["webhook-id"] for _, headers, _ in came}


def tell(server, receiver):
    """Each kind of receiver gets what it should, and none holds up another."""
    good = endpoint(server, receiver.url + "/good", asymmetric=True, description="Ledger")
    names = ["fails", "redirect", "gone", "slow", "busy", "long", "drip"]
    others = {name: endpoint(server, f"{receiver.url}/{name}", types=["deposit.*"])
              for name in names}
    none = endpoint(server, receiver.url + "/none", types=["claim.*"])
    call(server, "POST", "/v1/webhook-endpoints", {"url": receiver.url + "/good"}, status=409)
    shown = call(server, "GET", f"/v1/webhook-endpoints/{good['id']}")
    assert "secret" not in shown and good["secret"].startswith("whsec_")

    who = customer(server, "ex-1")
    start = time.monotonic()
    first = deposit(server, who, "first")
    came = until(lambda: len(receiver.all("/good")) >= 2 and receiver.all("/good"))
    assert came[0][0] - start < 3, "an event took long"
    check_signatures(came, good)
    # They may arrive in any order; their ids are in that of the commits.
    told = [json.loads(body) for _, headers, body in
            sorted(came, key=lambda one: one[1]["webhook-id"])]
    assert [one["type"] for one in told] == ["deposit.initiated", "deposit.credited"], told
    assert all(one["data"]["deposit"] == first for one in told), told
    assert all(one["data"]["reference"] == "ex-1" for one in told), told
    assert told[0]["data"]["amount_minor"] == 10_000

    # A redirect is not followed; 410 switches off; a busy one is left alone and then told.
    until(lambda: call(server, "GET", f"/v1/webhook-endpoints/{others['gone']['id']}")["state"]
          == "gone")
    tried = until(lambda: deliveries(server, others["redirect"]))
    assert {one["tries"][0]["result"] for one in tried} == {"redirected"}, tried
    assert receiver.all("/trap") == []
    for name in ("long", "drip"):
        until(lambda: [one["state"] for one in deliveries(server, others[name])]
              == ["delivered"] * 2)
    until(lambda: len(ids(receiver.all("/slow"))) == 2)
    busy = call(server, "GET", f"/v1/webhook-endpoints/{others['busy']['id']}")
    assert busy["quiet_until"] is not None, busy
    failing = deliveries(server, others["fails"])
    assert {one["state"] for one in failing} == {"waiting"}, failing

    advance(server, seconds=7)
    until(lambda: [one["state"] for one in deliveries(server, others["fails"])]
          == ["delivered"] * 2)
    sent = receiver.all("/fails")
    assert len(sent) == 4 and len(ids(sent)) == 2, "a try again has the same id"
    assert len({body for _, _, body in sent}) == 2, "and the same body"
    until(lambda: [one["state"] for one in deliveries(server, others["busy"])]
          == ["delivered"] * 2)
    tries = [one for row in deliveries(server, others["busy"]) for one in row["tries"]]
    assert sorted(one["result"] for one in tries) == ["delivered", "delivered", "throttled"], tries
    assert receiver.all("/none") == [] and deliveries(server, none) == []

    # The tenth try is the last, 75 hours later.
    for _ in range(12):
        advance(server, hours=27)
        time.sleep(0.4)
    given_up = until(lambda: [one for one in deliveries(server, others["redirect"])
                              if one["state"] == "failed"])
    assert {one["attempts"] for one in given_up} == {10}, given_up
    for one in list(others.values()) + [none]:
        call(server, "DELETE", f"/v1/webhook-endpoints/{one['id']}", status=204)
    call(server, "GET", f"/v1/webhook-endpoints/{none['id']}", status=404)
    return good, who


def rotate(server, receiver, good, who):
    """Two secrets sign for as long as was said, so that none is lost."""
    path = f"/v1/webhook-endpoints/{good['id']}"
    made = call(server, "POST", path + "/rotate-secret", {"overlap_hours": 2})
    assert made["secret"] != good["secret"]
    event = call(server, "POST", path + "/test", status=202)["event"]
    mine = until(lambda: [one for one in receiver.all("/good")
                          if one[1]["webhook-id"] == event])[0]
    for secret in (good["secret"], made["secret"]):
        assert Webhook(secret).verify(mine[2], mine[1])["type"] == "webhook.test"
    advance(server, hours=3)
    event = call(server, "POST", path + "/test", status=202)["event"]
    mine = until(lambda: [one for one in receiver.all("/good")
                          if one[1]["webhook-id"] == event])[0]
    check_signatures([mine], made)
    try:
        Webhook(good["secret"]).verify(mine[2], mine[1])
    except WebhookVerificationError:
        return made
    raise AssertionError("the old secret still signs")


def crash(server, receiver, good, who, kills):
    """Killed at any moment, it tells everything at least once, the same under the same id."""
    number = 0
    for _ in range(kills):
        for _ in range(8):
            number += 1
            made = deposit(server, who, f"deposit-{number}", 100)
            if number % 2:
                call(server, "POST", f"/v1/customers/{who[0]}/deposits/{made}/cancel",
                     key=f"cancel-{number}")
        server.kill()
        server.start()
    log = events(server)
    assert len(log) >= 2 * number, len(log)
    assert [one["id"] for one in log] == sorted({one["id"] for one in log})
    until(lambda: {one["id"] for one in log} <= ids(receiver.all("/good")))
    bodies = {}
    for _, headers, body in receiver.all("/good"):
        first = bodies.setdefault(headers["webhook-id"], body)
        assert first == body, ("two bodies of one event", first, body)
    for one in log:
        sent = json.loads(bodies[one["id"]])
        assert sent == {name: one[name] for name in ("type", "timestamp", "data")}, (sent, one)
    return log


def replay(server, receiver, good, log):
    path = f"/v1/webhook-endpoints/{good['id']}/replay"

    def count(event):
        return sum(1 for _, headers, _ in receiver.all("/good") if headers["webhook-id"] == event)

    one = log[0]["id"]
    before = count(one)
    assert call(server, "POST", path, {"event": one}, status=202)["events"] == 1
    until(lambda: count(one) == before + 1)
    chosen = [entry["id"] for entry in log[3:8]]
    before = {event: count(event) for event in chosen}
    answer = call(server, "POST", path, {"after": log[2]["id"], "through": log[7]["id"]}, status=202)
    assert answer == {"events": 5, "go_on_after": None}, answer
    until(lambda: all(count(event) == before[event] + 1 for event in chosen))
    other = "evt_00000000000000000000000000"
    call(server, "POST", path, {"event": other}, status=404)
    call(server, "POST", path, {"after": other}, status=404)
    call(server, "POST", path, {"event": one, "after": one}, status=422)
    call(server, "GET", f"/v1/events?after={other}", status=404)
    call(server, "POST", f"/v1/webhook-endpoints/{good['id']}/disable")
    call(server, "POST", path, {"event": one}, status=409)


def stay_outside(binaries, receiver):
    """Without the switch for tests nothing of ours is called, whatever name leads there."""
    server = Makewhole(binaries).start()
    try:
        for url in [
            receiver.url + "/inside", "ftp://example.com/", "https://ada:pw@example.com/",
            "https://example.com:22/", "https://example.com/#x", "https://2130706433/",
            "https://0x7f.1/", "https://example.com\\@127.0.0.1/", "https:///x", "",
        ]:
            got = call(server, "POST", "/v1/webhook-endpoints", {"url": url}, status=422)
            assert got["errors"][0]["pointer"] == "/url", (url, got)
        port = receiver.server_port
        for host in ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"]:
            made = endpoint(server, f"https://{host}:{port}/inside")
            call(server, "POST", f"/v1/webhook-endpoints/{made['id']}/test", status=202)
            tried = until(lambda: [row for row in deliveries(server, made) if row["tries"]])
            assert tried[0]["tries"][0]["result"] == "address_forbidden", (host, tried)
        assert receiver.all("/inside") == []
    finally:
        server.stop()


class Authority:
    """One that signs certificates; nobody trusts it but who was told to."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.certificate = self.sign(self.name, self.key, -1, 30, [
            (x509.BasicConstraints(ca=True, path_length=0), True)])
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, subject, key, since, days, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=since))
            .not_valid_after(now + datetime.timedelta(days=days)))
        for extension, is_critical in extensions:
            made = made.add_extension(extension, is_critical)
        return made.sign(self.key, hashes.SHA256())

    def issue(self, folder, file, names, since=-1, days=7):
        """A file with the private key and the certificate of a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "host")]), key, since, days,
            [(x509.SubjectAlternativeName(names), False)])
        path = folder / file
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption())
            + certificate.public_bytes(serialization.Encoding.PEM))
        return path


def over_tls(binaries):
    """Told over TLS where the certificate is of the host, in force, and of somebody who is trusted."""
    ours, strange = Authority("Sample Root"), Authority("Strange Root")
    server = Makewhole(binaries, more={"webhooks": {"inside": True, "ca": {"file": "roots.pem"}}})
    (server.folder / "roots.pem").write_text(ours.pem)
    names = [x509.DNSName("localhost")]
    receivers = {
        "right": ours.issue(server.folder, "right.pem", names),
        "strange": strange.issue(server.folder, "strange.pem", names),
        "other-name": ours.issue(
            server.folder, "other.pem", [x509.DNSName("hooks.example.com")]),
        "over": ours.issue(server.folder, "over.pem", names, since=-9, days=-2),
    }
    receivers = {name: Receiver(path) for name, path in receivers.items()}
    server.start()
    try:
        made = {name: endpoint(server, f"{receiver.url}/{name}")
                for name, receiver in receivers.items()}
        for name, one in made.items():
            call(server, "POST", f"/v1/webhook-endpoints/{one['id']}/test", status=202)
            tried = until(lambda: [row for row in deliveries(server, one) if row["tries"]])
            wanted = "delivered" if name == "right" else "untrusted"
            assert tried[0]["tries"][0]["result"] == wanted, (name, tried)
        came = receivers["right"].all("/right")
        assert len(came) == 1
        Webhook(made["right"]["secret"]).verify(came[0][2], came[0][1])
        for name, receiver in receivers.items():
            assert name == "right" or receiver.came == {}, "something was told to a stranger"
    finally:
        server.stop()
    # Without the file it is a stranger too; and a file that is none stops the program at once.
    plain = Makewhole(binaries, more={"webhooks": {"inside": True}}).start()
    try:
        one = endpoint(plain, receivers["right"].url + "/right")
        call(plain, "POST", f"/v1/webhook-endpoints/{one['id']}/test", status=202)
        tried = until(lambda: [row for row in deliveries(plain, one) if row["tries"]])
        assert tried[0]["tries"][0]["result"] == "untrusted", tried
    finally:
        plain.stop()
    (server.folder / "roots.pem").write_text("no certificate")
    refused = server.tool("check", "--config", str(server.folder / "config.json"))
    assert refused.returncode != 0 and "webhooks.ca.file" in refused.stderr, refused


def acts(server, good):
    """Who did what with the endpoint stands in the trail, and no secret does."""
    path = f"/v1/webhook-endpoint-acts?endpoint={good['id']}&limit=200"
    rows = call(server, "GET", path)["data"]
    done = [row["act"] for row in rows]
    assert done[0] == "disabled" and done[-1] == "added", done
    assert {"secret_rotated", "tested", "replayed"} <= set(done), done
    assert {row["actor"] for row in rows} == {"host:test"}, rows
    assert "whsec_" not in json.dumps(rows)


def figures(server):
    import urllib.request
    request = urllib.request.Request(server.url + "/metrics")
    request.add_header("Authorization", "Bearer " + server.key)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    assert 'makewhole_webhook_tries_total{result="delivered"}' in text, text
    assert "makewhole_webhook_deliveries_waiting 0" in text, text


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--kills", type=int, default=3)
    take_database(options)
    options = options.parse_args()
    receiver = Receiver()
    server = Makewhole(
        options.bin, more={"webhooks": {"inside": True}}, database=options.database).start()
    try:
        good, who = tell(server, receiver)
        good = rotate(server, receiver, good, who)
        log = crash(server, receiver, good, who, options.kills)
        figures(server)
        replay(server, receiver, good, log)
        acts(server, good)
    finally:
        server.stop()
    server.verify()
    stay_outside(options.bin, receiver)
    over_tls(options.bin)
    print(f"  {len(log)} events told through {options.kills} times kill -9, each signature believed by "
          "others; a redirect not followed, nothing inside called, nothing told to a certificate that "
          "nobody vouches for")


if __name__ == "__main__":
    main()
