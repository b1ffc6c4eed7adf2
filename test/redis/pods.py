"""Servers and keepers as pods."""

import datetime
import os
import pathlib
import re
import shutil
import signal
import subprocess

from client import PORT, Node, Redis

SHELL = os.environ.get("SHELL_UNDER_TEST", "busybox sh").split()
NAME, BUS_PORT = "redis-cluster", 7001
NODE_TIMEOUT_SECONDS = 5


class Pod:
    def __init__(self, cluster, shard, ordinal, machine):
        self.cluster, self.shard, self.ordinal, self.machine = cluster, shard, ordinal, machine
        self.name = f"{NAME}-{shard}-{ordinal}"
        self.host = f"{self.name}.{cluster.domain}"
        self.volume = cluster.directory / self.name
        self.log = cluster.directory / f"{self.name}.log"
        self.heartbeat = cluster.directory / f"{self.name}.heartbeat"
        self.joined = cluster.directory / f"{self.name}.heartbeat.joined"
        self.server = self.keeper = None
        self.interval = None
        self.passwords = None

    @property
    def ip(self):
        return self.cluster.network.names[self.host]

    def environment(self):
        environment = dict(
            PATH=self.cluster.path,
            NAME=NAME,
            SHARDS=str(self.cluster.shards),
            REPLICAS=str(self.cluster.replicas),
            DOMAIN=self.cluster.domain,
            HOSTNAME=self.name,
            PORT=str(PORT),
            BUS_PORT=str(BUS_PORT),
            NODE_NAME=self.machine,
            LOCAL=self.ip,
            HEARTBEAT=str(self.heartbeat),
            LEAVE_SECONDS="42",
            **self.cluster.environment,
        )
        if self.cluster.interval:
            environment["INTERVAL"] = self.cluster.interval
        if self.passwords:
            environment["PASSWORDS"] = str(self.passwords)
        return environment

    def start_server(self):
        self.joined.unlink(missing_ok=True)
        self.volume.mkdir(exist_ok=True)
        arguments = {
            "bind": self.ip,
            "bind-source-addr": self.ip,
            "protected-mode": "no",
            "port": PORT,
            "cluster-enabled": "yes",
            "cluster-port": BUS_PORT,
            "cluster-announce-ip": self.ip,
            "cluster-announce-hostname": self.host,
            "cluster-node-timeout": NODE_TIMEOUT_SECONDS * 1000,
            "cluster-replica-validity-factor": 0,
            "cluster-allow-replica-migration": "no",
            "syslog-ident": self.machine,
            "dir": self.volume,
            "logfile": "server.log",
            "appendonly": "yes",
            "save": "",
            "repl-diskless-sync-delay": 0,
            "busy-reply-threshold": 50,
            "rename-command": "COMMAND no-help",  # which a redis-cli before 7.2 asks for at every call
            **self.cluster.settings,
        }
        command = ["redis-server"]
        if self.cluster.users:
            runtime = self.cluster.directory / f"{self.name}.runtime"
            runtime.mkdir(exist_ok=True)
            arguments.update({"aclfile": runtime / "users.acl", "masteruser": "replication"})
            arguments["include"] = runtime / "replication.conf"
            scripts = self.cluster.scripts
            command = [*SHELL, scripts / "acl.sh", "start", scripts / "users.acl", *command]
        flags = [word for name, value in arguments.items() for word in (f"--{name}", *str(value).split(" "))]
        environment = {**self.environment(), "RUNTIME": str(self.cluster.directory / f"{self.name}.runtime")}
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        self.server = subprocess.Popen([*command, *flags], env=environment, **streams)

    def start_keeper(self):
        with open(self.log, "ab") as log:
            keeper = [*SHELL, str(self.cluster.scripts / "keeper.sh")]
            self.keeper = subprocess.Popen(keeper, env=self.environment(), stdout=log, stderr=log)

    def start(self):
        self.start_server()
        self.start_keeper()

    def stop_keeper(self):
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        self.keeper = None

    def stop_server(self, how=signal.SIGKILL):
        if self.server:
            self.server.send_signal(how)
            self.server.wait()
        self.server = None

    def stop(self, how=signal.SIGKILL):
        self.stop_keeper()
        self.stop_server(how)

    def lose_volume(self):
        shutil.rmtree(self.volume)

    def write_passwords(self, *lines):
        """Of the keeper, as the Secret has them."""
        (self.passwords / "keeper").write_text("".join(f"{line}\n" for line in lines))

    def run(self, script, *arguments, **environment):
        """Exit status and output of a script."""
        done = subprocess.run(
            [*SHELL, str(self.cluster.scripts / script), *arguments],
            env={**self.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.decode().strip()

    def connect(self):
        return Redis(self.ip, *self.cluster.credentials, host=self.host, authority=self.cluster.authority)

    def ask(self, *words):
        with self.connect() as redis:
            return redis(*words)

    def view(self, ask=None):
        return [Node(line) for line in (ask or self.ask)("CLUSTER", "NODES").splitlines()]

    def is_ready(self):
        """As Kubernetes sees it: both containers are."""
        return self.run("ready.sh")[0] == 0 and self.joined.exists()

    def myself(self):
        return next(node for node in self.view() if "myself" in node.flags)

    def role(self):
        return self.ask("ROLE")[0]

    def said(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def server_log(self):
        return (self.volume / "server.log").read_text()

    def asked_to_take_over(self):
        """The seconds in which it was."""
        asked = re.findall(r"(\d+ \w+ \d+ [\d:]+)\.\d+ . Manual failover user request", self.server_log())
        return [int(datetime.datetime.strptime(each, "%d %b %Y %H:%M:%S").timestamp()) for each in asked]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.keeper.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # its own, and of all that it has started
