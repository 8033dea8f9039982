"""What anybody can see of the processes of this machine."""

import threading
import time
from pathlib import Path


class Watch:
    """Reads the arguments and the environment of every process, again and again. concerns: a pid ->
    whether to read that one. What others of this machine run may hold the same digits or words."""

    def __init__(self, concerns=lambda pid: True):
        self.seen = {}
        self._concerns = concerns
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(0.005):
            for process in Path("/proc").glob("[0-9]*"):
                if not self._concerns(process.name):
                    continue
                for name in ("cmdline", "environ"):
                    try:
                        self.seen[(process / name).read_bytes()] = f"{process}/{name}"
                    except OSError:
                        continue    # it has ended, or may not be read

    def wait_for(self, *programs):
        """Waits until it has read processes with such arguments."""
        deadline = time.monotonic() + 20
        while not all(any(data.startswith(p) for data in list(self.seen)) for p in programs):
            if time.monotonic() > deadline:
                raise AssertionError(f"not all of {programs} were seen")
            time.sleep(0.005)

    def stop(self):
        """-> {the data: the place where it was seen last}"""
        self._stop.set()
        self._thread.join()
        return self.seen
