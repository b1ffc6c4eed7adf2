#!/usr/bin/env python3
"""Asks the gateway from inside the cluster; questions come as JSON on stdin, answers go as JSON to stdout.

client.py ask HOST PLAIN_PORT TLS_PORT                    a list of requests, each answered on its own
client.py burst HOST PORT COUNT                           one request so often, in one minute of the clock
client.py load HOST PORT PER_SECOND SECONDS [keepalive]   requests in turn, at that rate whatever happens
"""

import concurrent.futures
import contextlib
import http.client
import json
import ssl
import sys
import threading
import time

CHUNK = 65536
PATIENCE = 30


def connect(host, port, tls):
    if not tls:
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)
    # The gateway's own certificate names nobody.
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=ssl._create_unverified_context())


def chunks(length):
    """A body that does not say how long it is."""
    for start in range(0, length, CHUNK):
        yield b"x" * min(CHUNK, length - start)


def send(connection, request):
    """The gateway is called by the name that it is reached at, unless the request says another."""
    if connection.sock is None:
        connection.connect()
    length = request.get("body", 0)
    chunked = request.get("chunked", False)
    connection.putrequest(request["method"], request["path"], skip_host=True, skip_accept_encoding=True)
    headers = {"Host": connection.host, **request.get("headers", {})}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif length:
        headers["Content-Length"] = str(length)
    for name, value in headers.items():
        connection.putheader(name, value)
    # Refused before all of it was sent: the answer says why.
    with contextlib.suppress(OSError):
        connection.endheaders(chunks(length) if length else None, encode_chunked=chunked)
    answer = connection.getresponse()
    text = answer.read().decode()
    return {
        "status": answer.status,
        "headers": {name.lower(): value for name, value in answer.getheaders()},
        "body": text,
    }


def once(host, port, tls, request):
    connection = connect(host, port, tls)
    try:
        return send(connection, request)
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "headers": {}, "body": repr(error)}
    finally:
        connection.close()


def ask(requests, host, plain_port, tls_port):
    def one(request):
        tls = request.get("tls", False)
        return once(host, tls_port if tls else plain_port, tls, request)

    return [one(request) for request in requests]


def burst(request, host, port, count):
    # A window is a minute of the clock: one that nobody has asked in, and with time for all of it.
    asked = time.time() // 60
    while time.time() // 60 == asked:
        time.sleep(0.2)
    began = time.time()
    tls = request.get("tls", False)
    connection = connect(host, port, tls)
    answers = [send(connection, request) for _ in range(count)]
    refused = [answer for answer in answers if answer["status"] != 200]
    passed = count - len(refused)
    return {
        "passed": passed,
        "passedFirst": all(answer["status"] == 200 for answer in answers[:passed]),
        "lastPassed": answers[passed - 1] if passed else None,
        "firstRefused": refused[0] if refused else None,
        "seconds": time.time() - began,
        "oneMinute": began // 60 == time.time() // 60,
    }


def load(requests, host, port, per_second, seconds, keepalive):
    """Open loop: a slow answer does not keep the next question back."""
    local = threading.local()
    failures = []

    def one(request):
        tls = request.get("tls", False)
        if not keepalive:
            return once(host, port, tls, request)
        if not hasattr(local, "connection"):
            local.connection = connect(host, port, tls)
        try:
            answer = send(local.connection, request)
            if answer["headers"].get("connection") == "close":
                local.connection.close()
            return answer
        except (OSError, http.client.HTTPException) as error:
            local.connection.close()
            return {"status": 0, "headers": {}, "body": repr(error)}

    began = time.monotonic()
    count = per_second * seconds
    with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:
        pending = []
        for number in range(count):
            time.sleep(max(0, began + number / per_second - time.monotonic()))
            pending.append(pool.submit(one, requests[number % len(requests)]))
        for each in pending:
            answer = each.result()
            if answer["status"] != 200:
                failures.append(f"{answer['status']} {answer['body']}")
    return {"sent": count, "failed": len(failures), "failures": failures[:5]}


def main():
    mode, host, *rest = sys.argv[1:]
    questions = json.load(sys.stdin)
    keepalive = "keepalive" in rest
    numbers = [int(each) for each in rest if each != "keepalive"]
    answer = {
        "ask": lambda: ask(questions, host, *numbers),
        "burst": lambda: burst(questions, host, *numbers),
        "load": lambda: load(questions, host, *numbers, keepalive),
    }[mode]()
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
