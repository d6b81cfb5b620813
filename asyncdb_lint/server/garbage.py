"""When the server looks for garbage: after findings are told, not while somebody waits for them."""

from __future__ import annotations

import gc

_MOST_UNSEEN = 8


class Garbage:
    """Collects what refers to itself, and so outlives its last use.

    Python would look for it whenever enough objects have been made, which is in the middle of every run, and from time
    to time among all trees of a project. Those are kept apart here, and looked at when nobody types.
    """

    def __init__(self) -> None:
        self._has_looked = False
        self._unseen = 0
        """Runs since the last look."""
        self._unkept = 0
        """Runs since the last look at everything."""

    def take_over(self) -> None:
        """Keeps Python from looking by itself."""
        gc.disable()

    def before_run(self) -> None:
        """Looks after all if many runs have come to no end, since somebody types too fast for them."""
        if self._unseen >= _MOST_UNSEEN:
            self.after_run()
        self._unseen += 1
        self._unkept += 1

    def after_run(self) -> None:
        """Collects what runs have left since the last look at everything."""
        if self._has_looked:
            self._unseen = 0
            gc.collect()
        else:
            # Nearly all that there is was made just now, and will stay.
            self.when_idle()

    def when_idle(self) -> None:
        """Looks at everything, if there has been a run since the last time."""
        if self._unkept:
            self._unseen = self._unkept = 0
            self._has_looked = True
            gc.unfreeze()
            gc.collect()
            gc.freeze()
