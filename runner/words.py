"""What ./run says to the person at the terminal."""

import sys


class Stop(Exception):
    """The end of the road, with one sentence that says what is wrong and the command that mends it."""

    def __init__(self, sentence: str, mend: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.sentence}\n  {self.mend}" if self.mend else self.sentence


def say(line: str = "") -> None:
    """Print a line at once; a terminal that has closed is no reason to stop half-way through stopping."""
    try:
        print(line, flush=True)
    except OSError:
        # What is left in the buffer would be tried again, and fail again, when Python ends.
        sys.stdout = None


def complain(line: str) -> None:
    """Print a line to the error stream."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = None
