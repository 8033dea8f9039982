"""What of the processes of this machine anybody can see."""

import threading
import time
from pathlib import Path


class Watch:
    """Looks at the arguments and the environment of every process, again and again."""

    def __init__(self):
        self.seen = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(0.005):
            for process in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen[(process / name).read_bytes()] = f"{process}/{name}"
                    except OSError:
                        continue    # gone meanwhile, or not to be read

    def wait_for(self, *programs):
        """Until processes with such arguments have been looked at."""
        deadline = time.monotonic() + 20
        while not all(any(data.startswith(p) for data in list(self.seen)) for p in programs):
            if time.monotonic() > deadline:
                raise AssertionError(f"not all of {programs} were seen")
            time.sleep(0.005)

    def stop(self):
        """-> {what was seen: the last place where}"""
        self._stop.set()
        self._thread.join()
        return self.seen
