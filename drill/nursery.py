"""Workers that start at once: one process loads the application and splits off a worker at each line it reads.

Each worker does what the real one does, again and again until it is killed: the sweep of deadlines, and the
delivery of what waits. Its number is written back, so that the drill can kill it.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import django


def work() -> None:
    from correspondence.tasks import deliver_waiting
    from deadlines.tasks import send_daily_emails, sweep

    os.write(1, f"{os.getpid()}\n".encode())
    while True:
        sweep()
        send_daily_emails()
        deliver_waiting()
        time.sleep(0.02)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    django.setup()
    # All that is loaded when first needed, so that a worker is at work as soon as it is born.
    from django.urls import reverse

    import deadlines.tasks  # noqa: F401

    reverse("desk:home")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        if os.fork() == 0:
            try:
                work()
            finally:
                os._exit(1)


if __name__ == "__main__":
    main()
