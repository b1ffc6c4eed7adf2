"""Readiness of the broker: in the in-sync set of every partition assigned to it.

    ready.py BROKER_PORT PORT   answers GET on PORT: 200 when the broker is ready, else 503 and the reason

The broker's own metric UnderReplicatedPartitions cannot answer this: it counts the partitions that the broker leads,
and a broker that has just restarted leads none. A server and no command, because a command is a process to start for
each probe of each broker, which cost a tenth of two cores.
"""

import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cluster_metadata import Metadata, fetch, names, own_number


def why_not_ready(metadata: Metadata, me: int) -> str:
    """Empty when broker `me` is ready."""
    if metadata.controller < 0:
        return "the controller has not reached this broker yet"
    if me not in metadata.brokers:
        return f"broker {me} is not a member of the cluster yet"
    behind = [each for each in metadata.partitions if me in each.replicas and me not in each.in_sync]
    return f"not in sync yet: {names(behind)}" if behind else ""


class Readiness(ThreadingHTTPServer):
    def __init__(self, address, broker_port: int, me: int):
        super().__init__(address, Answer)
        self.broker_port, self.me = broker_port, me
        self.told = ""

    def reason(self) -> str:
        try:
            return why_not_ready(fetch(self.broker_port), self.me)
        except (OSError, struct.error) as error:
            return f"no answer on port {self.broker_port}: {error}"

    def tell(self, reason: str) -> None:
        """To the log when it has changed: of a failed probe Kubernetes keeps nothing but the status."""
        if reason != self.told:
            print(f"INFO Broker {self.me} is {'not ready: ' + reason if reason else 'ready'}", flush=True)
            self.told = reason


class Answer(BaseHTTPRequestHandler):
    server: Readiness

    def do_GET(self):
        reason = self.server.reason()
        self.server.tell(reason)
        self.send_response(503 if reason else 200)
        self.end_headers()
        self.wfile.write(reason.encode())

    def log_message(self, *_):
        """Not each probe."""


def main(broker_port: str, port: str) -> None:
    Readiness(("", int(port)), int(broker_port), own_number()).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
