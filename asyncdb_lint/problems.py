"""What keeps a run from its work and the user can mend."""

from __future__ import annotations


class MendableError(Exception):
    """A problem with what a run was given; the message is one line that says what to do."""
