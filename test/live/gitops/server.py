"""A repository of one branch and one commit, for clients that clone it over HTTP. The commit has no parents, so that
what is sent is the same for a shallow clone as for a whole one: the pack that lies beside the name of the commit.
https://git-scm.com/docs/http-protocol"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DIRECTORY = Path("/tmp/repository")
SERVICE = "git-upload-pack"


def line(text):
    return b"%04x%s" % (len(text) + 4, text)


class Repository(BaseHTTPRequestHandler):
    def do_GET(self):
        commit = (DIRECTORY / "main").read_text().strip().encode()
        self.answer(
            "advertisement",
            line(b"# service=%s\n" % SERVICE.encode())
            + b"0000"
            + line(commit + b" HEAD\0shallow ofs-delta symref=HEAD:refs/heads/main\n")
            + line(commit + b" refs/heads/main\n")
            + b"0000",
        )

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        commit = asked[asked.index(b"want ") + 5 :][:40].decode()
        shallow = b"0000" if b"deepen " in asked else b""
        pack = line(b"NAK\n") + (DIRECTORY / f"{commit}.pack").read_bytes()
        # Before a client says what it has it asks only where the history ends.
        self.answer("result", shallow + (pack if asked.endswith(b"done\n") else b""))

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-{SERVICE}-{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", 8080), Repository).serve_forever()
