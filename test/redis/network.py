"""Names of pods on loopback addresses that change."""

import os
import pathlib
import socket
import subprocess
import tempfile
import threading

from client import PORT


class Network:
    """Addresses and names of pods, as Kubernetes gives them."""

    SIZE = 1 << 16

    def __init__(self):
        self.names, self.lock, self.addresses = {}, threading.Lock(), self.free_addresses()
        self.hosts = pathlib.Path(tempfile.mkdtemp()) / "hosts"
        self.hosts.write_bytes(b" " * self.SIZE)
        switch = self.hosts.with_name("nsswitch.conf")
        switch.write_text("hosts: files\n")  # a pod that is not there has no name, at once
        for file in (self.hosts, switch):
            subprocess.run(["mount", "--bind", file, f"/etc/{file.name}"], check=True)

    def free_addresses(self):
        """None that a run at the same time uses: the first of each block is bound as long as this program runs."""
        for block in range(256):
            flag = socket.socket()
            try:
                flag.bind((f"127.30.{block}.1", PORT))
            except OSError:
                continue
            yield from (f"127.30.{block}.{host}" for host in range(2, 255) if flag)

    def move(self, names):
        """Gives new addresses to names. One write, so that nobody reads half a file."""
        with self.lock:
            for name in names:
                self.names[name] = next(self.addresses)
            text = "127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in self.names.items())
            with open("/etc/hosts", "r+b") as file:
                os.pwrite(file.fileno(), text.encode().ljust(self.SIZE), 0)
