"""What people and schedules do with a cluster that runs."""

import pathlib
import re
import shutil
import tempfile
import time

from client import Client
from cluster import HURRY, Cluster


class Operation(Cluster):
    """Backups, restores and more or fewer shards, as people and schedules start them."""

    shards, replicas = 4, 0
    interval = HURRY
    KEYS = 300
    # What redis-cli prints for each key holds the key.
    ODD = ("failed-login", "ERR", "NOPERM", "with a space", "100%", "sent")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.directory / "backups"
        cls.home.mkdir()
        cls.environment = {"BACKUPS": str(cls.home), "SOURCE_PORT": "6401", "PATIENCE": "10"}

    def done(self, script, *arguments, **environment):
        status, said = self.pod(0).run(script, *arguments, **environment)
        self.assertEqual(status, 0, said)
        return said

    def backup(self, keep):
        return re.search(r"INFO Complete: (\S+)", self.done("backup.sh", KEEP=str(keep)))[1]

    def wipe(self):
        for pod in self.masters():
            pod.ask("FLUSHALL")

    def names(self):
        return sorted(path.name for path in self.home.iterdir() if path.name != ".lock")

    def test_a_backup_is_the_only_one_that_is_kept_beside_what_is_none(self):
        for pod in self.pods:
            pod.start()
        self.until_formed()
        self.fill(self.KEYS)
        client = Client(self)
        for key in self.ODD:
            while not client.set(key):
                time.sleep(0.05)
        foreign = ["lost+found", "2099-01-01T00-00-00Z", "notes", "zzz.incomplete"]
        for name in foreign:
            (self.home / name).mkdir()
        for _ in range(2):
            fresh = self.backup(1)
            self.assertEqual(self.names(), sorted([*foreign, fresh]))

    def test_it_is_restored_with_every_key_whatever_that_is_called(self):
        self.wipe()
        said = self.done("restore.sh")
        self.assertIn(f"INFO Complete: the cluster has {self.KEYS + len(self.ODD)} keys", said)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_the_newest_is_the_one_that_was_made_last_whatever_the_clock_says(self):
        (self.home / "2099-01-01T00-00-00Z").rmdir()
        (self.home / self.names()[0]).rename(self.home / "2099-01-01T00-00-00Z")
        self.assertEqual(self.backup(1), "2099-01-01T00-00-00Z-0001")
        self.wipe()
        self.assertIn("INFO Restores 2099-01-01T00-00-00Z-0001", self.done("restore.sh"))
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_one_with_a_damaged_or_a_missing_file_is_not_written_over_the_keys(self):
        file = next(self.home.glob("2099*/*.rdb"))
        whole = file.read_bytes()
        for part in (whole[:-9], None):
            file.unlink() if part is None else file.write_bytes(part)
            status, said = self.pod(0).run("restore.sh")
            self.assertEqual(status, 1)
            self.assertIn("ERROR The backup 2099-01-01T00-00-00Z-0001 is damaged: ", said)

    def cut_off(self, condition):
        """A redis-cli that reaches nobody when the condition holds for n, the number of CLUSTER NODES and DBSIZE."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        real = shutil.which("redis-cli")
        lines = (
            "#!/bin/sh",
            f'case " $* " in *" --cluster "*) exec {real} "$@" ;; esac',
            "said=$(cat)",
            f'case $said in *"CLUSTER NODES"* | *DBSIZE*) echo >> {directory}/asked; n=$(wc -l < {directory}/asked) ;; '
            f"*) n=0 ;; esac",
            f'if [ $n -gt 0 ] && {condition}; then echo "Could not connect to Redis" >&2; exit 1; fi',
            f'printf "%s\\n" "$said" | {real} "$@"',
        )
        (directory / "redis-cli").write_text("\n".join(lines) + "\n")
        (directory / "redis-cli").chmod(0o755)
        return f"{directory}:{self.path}"

    def test_fewer_shards_are_claimed_only_where_all_was_asked(self):
        last = self.pod(3)
        claimed, number = 0, 0
        while claimed < 2 and number < 30:
            number += 1
            status, said = self.pod(0).run("reshard.sh", "3", PATH=self.cut_off(f"[ $n -ge {number} ]"), PATIENCE="2")
            self.assertEqual(status == 0, "INFO Keys before" in said, said)
            if status == 0:
                claimed += 1
                self.assertEqual((last.myself().slots, last.ask("DBSIZE")), (set(), 0), f"cut off from {number} on")
        self.assertGreater(number, 10)
        self.assertEqual(claimed, 2)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_one_answer_that_is_missing_is_not_taken_for_nothing(self):
        last = self.pod(3)
        for number in (2, 8, 9, 10):
            self.done("reshard.sh", "4")
            self.assertNotEqual(last.myself().slots, set())
            status, said = self.pod(0).run("reshard.sh", "3", PATH=self.cut_off(f"[ $n = {number} ]"), PATIENCE="5")
            if status == 0:
                self.assertEqual((last.myself().slots, last.ask("DBSIZE")), (set(), 0), said)
        self.assertEqual(self.keys(), self.KEYS + len(self.ODD))

    def test_a_number_of_shards_that_cannot_be_is_refused(self):
        for number in ("", "0", "-1", "three", "5", "3.5"):
            status, said = self.pod(0).run("reshard.sh", number)
            self.assertEqual((status, said[:6]), (1, "ERROR "), number)
