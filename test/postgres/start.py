"""How a server starts: the first time, and when its volume is full."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from server import CHART, SHELL, Failed, Server, programs


@unittest.skipIf(os.getuid(), "only root can make a small volume")
class FullVolume(unittest.TestCase):
    """start.sh becomes the image's entrypoint, which is here the server itself."""

    def setUp(self):
        self.server = Server(mebibytes=400)
        self.volume = self.server.home / "run"
        self.ballast = self.volume / "ballast"
        image = self.server.home / "docker-entrypoint.sh"
        image.write_text(f'#!/bin/sh\nshift\nexec {programs()}/postgres -D {self.server.data} "$@"\n')
        image.chmod(0o755)
        self.restart()
        self.server.sql("CREATE TABLE outbox (event text)")

    def tearDown(self):
        self.server.remove()

    def restart(self, script=CHART / "start.sh"):
        if self.server.process.poll() is None:
            self.server.stop()
        path = f"PATH={self.server.home}:{os.environ['PATH']}"
        start = ["env", path, f"VOLUME={self.volume}", *SHELL, script]
        self.server.start(*start, "-c", f"config_file={self.server.settings}")

    def fill(self):
        """Until the server has stopped, as a pod's would."""
        grow = "INSERT INTO outbox SELECT repeat(md5(n::text), 200) FROM generate_series(1, 20000) AS n"
        with contextlib.suppress(Failed):
            while True:
                self.server.sql("ALTER TABLE outbox ALTER event SET STORAGE EXTERNAL")
                self.server.sql(grow)
        with (self.volume / "filler").open("wb") as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(1 << 16))
                filler.flush()
        with contextlib.suppress(Failed):
            for _ in range(100):
                self.server.sql("SELECT pg_switch_wal()")
                self.server.sql("INSERT INTO outbox VALUES ('more')")
        self.server.process.wait(60)

    def test_a_server_that_has_stopped_on_it_starts_on_its_ballast_and_reads(self):
        self.assertEqual(self.ballast.stat().st_size, 64 << 20)
        self.fill()
        with self.assertRaises(Failed):  # so it is without it
            self.server.start()
        self.restart()
        self.assertFalse(self.ballast.exists())
        self.assertIn("Its ballast of 64 MiB was given up", self.server.log.read_text())
        self.assertGreater(int(self.server.sql("SELECT count(*) FROM outbox")), 0)
        with self.assertRaisesRegex(Failed, "read-only transaction"):
            self.server.sql("INSERT INTO outbox VALUES ('refused')")
        self.assertIn("ERROR The volume of the server is full", self.refused_restore())

        # A start more, and room is made by who asks to write.
        self.restart()
        (self.volume / "filler").unlink()
        self.server.sql("SET transaction_read_only = off; TRUNCATE outbox")
        self.server.sql("CHECKPOINT")
        self.restart()
        self.assertTrue(self.ballast.exists())
        self.server.sql("INSERT INTO outbox VALUES ('goes on')")

    def refused_restore(self):
        self.server.sql("SELECT 1")
        backup = self.server.home / "backups/2026-01-01T00-00-00Z"
        backup.mkdir()
        (backup / "bss.dump").write_text("")
        sums = subprocess.check_output(["sha256sum", "bss.dump"], cwd=backup, text=True)
        (backup / "sha256sums").write_text(sums)
        with self.assertRaises(Failed) as caught:
            self.server.run("restore.sh")
        return str(caught.exception)


class FirstStart(unittest.TestCase):
    """The image's docker-ensure-initdb.sh is here a script that leaves what the image's leaves."""

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="postgres-init-"))
        self.data = self.home / "pgdata"
        image = self.home / "docker-ensure-initdb.sh"
        lines = ("#!/bin/sh", f"echo made >> {self.home}/calls", 'mkdir "$PGDATA" && echo 17 > "$PGDATA/PG_VERSION"')
        image.write_text("\n".join(lines))
        image.chmod(0o755)

    def tearDown(self):
        shutil.rmtree(self.home)

    def start(self):
        env = {"PATH": f"{self.home}:{os.environ['PATH']}", "PGDATA": str(self.data)}
        subprocess.run(["bash", CHART / "init.sh"], env=env, check=True)

    def test_makes_the_data_once(self):
        self.start()
        self.start()
        self.assertEqual((self.home / "calls").read_text(), "made\n")
        self.assertEqual((self.data / "PG_VERSION").read_text(), "17\n")

    def test_begins_anew_what_was_left_half_done(self):
        incomplete = self.home / "pgdata.incomplete"
        incomplete.mkdir()
        (incomplete / "PG_VERSION").write_text("half")
        self.start()
        self.assertEqual((self.data / "PG_VERSION").read_text(), "17\n")
        self.assertFalse(incomplete.exists())
