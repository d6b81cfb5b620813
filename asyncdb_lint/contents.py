"""What is in the files of a project of which it is known what was in them: most are never read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .cache_files import digest_of


class ChangedMeanwhile(Exception):
    """A file that has changed, or gone, since a run looked at its stamp: what the run took for known is not."""


class KnownContents(Mapping[Path, bytes]):
    """The contents of files; those that are as they were are read when somebody asks."""

    def __init__(
        self,
        files: Sequence[Path],
        digests: Mapping[str, str],
        changed: Mapping[Path, bytes],
        read: Callable[[Path], bytes],
    ) -> None:
        """Takes the digests of what was in all files, and the contents of those in which there is something else."""
        self._files = files
        self._digests = digests
        self._contents = dict(changed)
        self._read = read

    def __getitem__(self, path: Path) -> bytes:
        """What is in a file; raises `ChangedMeanwhile` if that is no longer what it was."""
        known = self._contents.get(path)
        if known is None:
            digest = self._digests[str(path)]
            try:
                known = self._read(path)
            except OSError as error:
                raise ChangedMeanwhile(str(path)) from error
            if digest_of(known) != digest:
                raise ChangedMeanwhile(str(path))
            self._contents[path] = known
        return known

    def __contains__(self, path: object) -> bool:
        return isinstance(path, Path) and str(path) in self._digests

    def __iter__(self) -> Iterator[Path]:
        return iter(self._files)

    def __eq__(self, other: object) -> bool:
        """Whether it is the same object: comparing what is in the files would read them all."""
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __len__(self) -> int:
        return len(self._digests)
