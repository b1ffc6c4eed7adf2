#!/usr/bin/env python3
"""Stands for a service behind the gateway: answers with what it was asked, and with headers that must not get out.

echo.py PORT
"""

import http.server
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

# What services say of themselves, and what the gateway alone may say. Who obeys one of them has another page to show.
NOBODYS_BUSINESS = {
    "X-Powered-By": "Echo/1.0",
    "Via": "1.1 echo",
    "X-AspNet-Version": "4.0",
    "X-Runtime": "0.1",
    "X-Kong-Upstream-Latency": "7",
    "X-Kong-Proxy-Latency": "7",
    "X-Kong-Request-Id": "made-up",
    "X-Correlation-ID": "made-up",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Origin": "https://evil.example",
    "Access-Control-Allow-Methods": "TRACE",
    "RateLimit-Limit": "7",
    "RateLimit-Remaining": "7",
    "RateLimit-Reset": "7",
    "X-RateLimit-Limit-Minute": "7",
    "X-RateLimit-Remaining-Minute": "7",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Accel-Redirect": "/nobody",
    "X-Accel-Limit-Rate": "1",
    "X-Accel-Buffering": "no",
    "X-Accel-Expires": "3600",
    "X-Accel-Charset": "koi8-r",
}


class Echo(http.server.BaseHTTPRequestHandler):
    """`?seconds=N` makes it slow, `?status=N` gives another answer than 200."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        query = parse_qs(urlsplit(self.path).query)
        length = self.read_body()
        time.sleep(float(query.get("seconds", ["0"])[0]))
        seen = {"method": self.command, "path": self.path, "length": length}
        seen["headers"] = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps(seen).encode()
        self.send_response(int(query.get("status", ["200"])[0]))
        self.send_header("Content-Type", "application/json")
        for name, value in NOBODYS_BUSINESS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            return self.read_chunks()
        return len(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def read_chunks(self):
        length = 0
        while size := int(self.rfile.readline(), 16):
            length += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return length

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Echo).serve_forever()
