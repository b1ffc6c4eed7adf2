"""How a broker is ended that nobody answers any more."""

import contextlib
import os
import subprocess
import tempfile
import time
import unittest
from unittest import mock

import leave as broker_leave
from leave import leave
from stand_ins import said_by


class Farewell(unittest.TestCase):
    def end(self, command):
        """The signal that ended a broker when everybody leaves. It has said a line when it is ready for one."""
        with (
            subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE) as broker,
            tempfile.NamedTemporaryFile("w") as process,
            mock.patch.multiple(broker_leave, PROCESS=process.name, FAREWELL_SECONDS=0.5),
        ):
            broker.stdout.readline()
            process.write(f"{broker.pid}")
            process.flush()
            try:
                broker_leave.end_with_everybody()
                return broker.wait(5)
            finally:
                broker.kill()

    def test_of_a_broker_that_stops_when_it_is_told_to_is_its_own(self):
        self.assertEqual(self.end("echo up; exec sleep 60"), -15)

    def test_of_a_broker_that_finds_nobody_who_answers_is_cut_short(self):
        self.assertEqual(self.end("trap '' TERM; echo up; exec sleep 60"), -9)


class WithoutZooKeeper(unittest.TestCase):
    @contextlib.contextmanager
    def broker(self, **patches):
        with (
            subprocess.Popen(["sleep", "60"]) as broker,
            tempfile.NamedTemporaryFile("w") as process,
            mock.patch.multiple(broker_leave, PROCESS=process.name, **patches),
        ):
            process.write(f"{broker.pid}")
            process.flush()
            try:
                yield broker
            finally:
                broker.kill()

    def test_that_is_silent_a_broker_is_ended_after_a_while_and_says_before_what_it_waits_for(self):
        silent = mock.Mock(side_effect=OSError("silence"))
        with self.broker(SILENCE_SECONDS=0.1, connect=silent) as broker:
            lines = said_by(leave, 9092, 0, 2, 5.0, [])
            self.assertEqual(broker.wait(1), -9)
        self.assertEqual(lines[0], "INFO Broker 0 waits to leave, no answer: silence")
        self.assertIn("is ended without a farewell", lines[1])

    def test_whose_names_end_a_broker_is_ended_whatever_it_waits_for_and_nobody_waits_for_that(self):
        answers = mock.Mock(side_effect=[False, False, True])
        with self.broker(nameless=answers, NAMES_SECONDS=0.2, tell=mock.Mock()) as broker:
            begun = time.monotonic()
            broker_leave.end_where_names_end(0, [])
            self.assertLess(time.monotonic() - begun, 0.2)
            with self.assertRaises(subprocess.TimeoutExpired):
                broker.wait(0.2)
            self.assertEqual(broker.wait(5), -9)

    def test_is_not_looked_for_any_more_when_the_broker_has_gone(self):
        with self.broker(nameless=lambda _: False, NAMES_SECONDS=0.1) as broker:
            broker_leave.end_where_names_end(0, [])
            broker.terminate()
            broker.wait(5)
            # The only child of this process that is left.
            _, status = os.wait()
        self.assertEqual(status, 0)
