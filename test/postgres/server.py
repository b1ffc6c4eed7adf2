"""A real server on a loopback port, with the settings and the access rules of the chart, and what the scripts get."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CHART = pathlib.Path(__file__).parents[2] / "charts/data/postgres"
SHELL = os.environ.get("SHELL_UNDER_TEST", "busybox sh").split()
USER = 65534  # nobody: the server refuses to run as root
SUPERUSER = "postgres"
DATABASES = "bss bss bss_migrations\n"
ROLES = ("postgres", "pgbouncer", "pghero", "bss", "bss_migrations")


def programs():
    """The directory of initdb and its kin: that of the search path, or Debian's for the newest version."""
    found = [pathlib.Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    found += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    return next(path for path in found if (path / "initdb").exists())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_as_server(*command, **options):
    prefix = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.getuid() == 0 else []
    return subprocess.Popen([*prefix, *map(str, command)], cwd="/", **options)


class Failed(Exception):
    pass


class Server:
    def __init__(self, mebibytes=None):
        """On a file system of that size, if one is given: only root can have that."""
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="postgres-test-"))
        self.home.chmod(0o755)
        for name in ("passwords", "backups", "scripts", "run"):
            (self.home / name).mkdir()
        if mebibytes:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "tmpfs", self.home / "run"]
            subprocess.run(mount, check=True)
        if os.getuid() == 0:
            os.chown(self.home / "run", USER, USER)
        for file in CHART.iterdir():
            if file.suffix in (".sh", ".sql"):
                shutil.copy(file, self.home / "scripts")
        shutil.copy(CHART.parents[2] / "lib/backups.sh", self.home / "scripts")
        self.declare(DATABASES)
        for role in ROLES:
            self.set_password(role, f"{role} has 'a' \"pass\\word\"")
        self.port = free_port()
        self.data = self.home / "run/data"
        self.log = self.home / "log"
        self.settings = self.home / "postgresql.conf"
        shutil.copy(CHART / "pg_hba.conf", self.home)
        self.settings.write_text(
            (CHART / "postgresql.conf").read_text().replace("/etc/postgresql", str(self.home))
            + f"port = {self.port}\nunix_socket_directories = '{self.home}/run'\nfsync = off\nmax_connections = 30\n"
        )
        self.create()

    def declare(self, databases):
        (self.home / "scripts/databases.txt").write_text(databases)

    def password(self, role):
        return (self.home / "passwords" / role).read_text().rstrip("\n")

    def set_password(self, role, password):
        (self.home / "passwords" / role).write_text(password)

    def create(self):
        """An empty server, as the image makes it, that runs."""
        own = self.home / "run/password"
        own.write_text(self.password(SUPERUSER))
        own.chmod(0o644)
        initdb = [programs() / "initdb", "--no-sync", "-k", "-U", SUPERUSER, f"--pwfile={own}", "-D", self.data]
        made = run_as_server(*initdb, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output, _ = made.communicate()
        if made.returncode != 0:
            raise Failed(output)
        self.start()

    def start(self, *before):
        """Starts the server, or a program before it that becomes it, and waits until it answers."""
        command = [programs() / "postgres", "-D", self.data, "-c", f"config_file={self.settings}"]
        with self.log.open("a") as log:
            self.process = run_as_server(*(before or command), stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        ready = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready).returncode != 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failed(self.log.read_text())
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(30)

    def wipe(self):
        """Nothing is left but the backups and the passwords."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.data)
        self.create()

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        if (self.home / "run").is_mount():
            subprocess.run(["umount", self.home / "run"], check=True)
        shutil.rmtree(self.home)

    def environment(self, role, **more):
        path = f"{programs()}:{os.environ['PATH']}"
        return {"PATH": path, "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": role, **more}

    def run(self, script, *arguments, seconds=120, **environment):
        """What the script says. Raises Failed, with that, when it fails; it is killed when its time is over."""
        given = {
            "PASSWORDS": str(self.home / "passwords"),
            "BACKUPS": str(self.home / "backups"),
            "KEEP": "2",
            "OWNER_CONNECTIONS": "5",
            "PGHERO_CONNECTIONS": "5",
            "EXPORTER_CONNECTIONS": "3",
            "WAIT_SECONDS": "20",
        }
        started = subprocess.Popen(
            [*SHELL, self.home / "scripts" / script, *arguments],
            env=self.environment(SUPERUSER, **{**given, **environment}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = started.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.communicate()
            raise
        if started.returncode != 0:
            raise Failed(said)
        return said

    def client(self, role, database, password=None):
        """How psql is called, and its environment."""
        given = {"PGDATABASE": database, "PGPASSWORD": self.password(role) if password is None else password}
        return ["psql", "-X", "-q", "-w", "-At", "-v", "ON_ERROR_STOP=1"], self.environment(role, **given)

    def sql(self, statement, role=SUPERUSER, database="postgres", password=None):
        psql, env = self.client(role, database, password)
        ended = subprocess.run([*psql, "-c", statement], env=env, capture_output=True, text=True, timeout=30)
        if ended.returncode != 0:
            raise Failed(ended.stderr)
        return ended.stdout.strip()

    @contextlib.contextmanager
    def session(self, role, database):
        """A client that stays connected."""
        psql, env = self.client(role, database)
        pipe = subprocess.PIPE
        client = subprocess.Popen(psql, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        client.stdin.write("SELECT 'connected';\n")
        client.stdin.flush()
        if client.stdout.readline() != "connected\n":
            raise Failed(client.communicate()[0])
        try:
            yield client
        finally:
            client.kill()
            client.wait()
            client.stdin.close()
            client.stdout.close()

    def backups(self):
        return sorted((self.home / "backups").glob("*Z*"))
