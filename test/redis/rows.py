"""Runs the rows of a cluster, and prints how they end."""

import os
import time
import unittest


class Rows(unittest.TestResult):
    """Prints a line for each row, as they end."""

    output = 1
    since = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self.since = time.monotonic()

    def failed(self, test):
        return any(each is test for each, _ in self.failures + self.errors)

    def row(self, word, test, detail=""):
        sentence = test.id().rpartition(".test_")[2].replace("_", " ")
        took = getattr(test, "took", None)
        notes = [getattr(test, "note", ""), f"event after {took:.1f} s" if took else "", detail]
        note = "".join(f" ({each})" for each in notes if each)
        line = f"{word} {time.monotonic() - self.since:5.1f} s  {type(test).__name__}: {sentence}{note}\n"
        os.write(self.output, line.encode())

    def addSuccess(self, test):
        self.row("pass", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.row("FAIL", test, "\n" + self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.row("FAIL", test, "\n" + self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.since = time.monotonic()
        self.row("skip", test, reason)


def run(cluster):
    rows = [cluster(name) for name in vars(cluster) if name.startswith("test_")]
    result = Rows()
    unittest.TestSuite(rows).run(result)
    return result.wasSuccessful() and not result.skipped
