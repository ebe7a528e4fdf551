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

    while True:
        sweep()
        send_daily_emails()
        deliver_waiting()
        time.sleep(0.02)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            try:
                work()
            finally:
                os._exit(1)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
