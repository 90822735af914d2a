"""The processor of a system test: opens charges, and tells of them in signed webhooks."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import urllib.error
import urllib.request


class Processor:
    """Opens each charge once, however often it is asked; now and then it does not answer."""

    def __init__(self, port, chance):
        self.chance = chance
        self.lock = threading.Lock()
        self.charges = {}
        self.refunds = {}
        self.asked = 0
        self.problems = []
        processor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                known = processor.refunds.get(self.path.removeprefix("/processor/refunds/"))
                self.say(200 if known else 404, {"status": "succeeded"} if known else {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/processor/refunds":
                    if processor.refund(self.headers["Idempotency-Key"], json.loads(body)):
                        self.say(201, {"status": "pending"})
                    else:
                        self.close_connection = True
                    return
                if not processor.open(self.headers["Idempotency-Key"], json.loads(body)):
                    # Done, and nobody is told: the same key has to ask again.
                    self.close_connection = True
                    return
                self.say(201, {"action_url": "https://pay.example/charge"})

            def say(self, status, body):
                answer = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def open(self, key, charge):
        with self.lock:
            self.asked += 1
            known = self.charges.setdefault(key, charge)
            if known != charge or charge["charge_id"] != key:
                self.problems.append(("one key, two charges", known, charge))
            return self.chance.random() < 0.8

    def refund(self, key, refund):
        """Gives back once under each name; now and then it does not say so."""
        with self.lock:
            known = self.refunds.setdefault(key, refund)
            if known != refund or refund["refund_id"] != key:
                self.problems.append(("one name, two refunds", known, refund))
            return self.chance.random() < 0.8

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def event(charge):
    """The event of a charge that succeeded; the same charge always gives the same."""
    return {
        "type": "charge.succeeded",
        "data": {
            "charge_id": charge["charge_id"], "amount_minor": charge["amount_minor"],
            "fee_minor": charge["fee_minor"],
        },
    }


def tell(url, identifier, body, seconds, secret):
    """The status of the answer. Raises OSError when there was none."""
    raw = json.dumps(body).encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{identifier}.{seconds}.".encode() + raw
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    request = urllib.request.Request(url + "/webhooks/processor", data=raw, method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("webhook-id", identifier)
    request.add_header("webhook-timestamp", str(seconds))
    request.add_header("webhook-signature", "v1," + signature)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as problem:
        return problem.code
