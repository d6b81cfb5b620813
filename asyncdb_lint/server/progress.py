"""How far long work is, for clients that show it."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

_log = logging.getLogger(__name__)


class WorkProgress:
    """Shows the client how far a run is, if it wants to know."""

    def __init__(self, server: LanguageServer, is_shown: bool) -> None:
        self._server = server
        self._is_shown = is_shown
        self._token: str | None = None

    async def begin(self, folder: Path) -> None:
        """Shows that a run begins."""
        if not self._is_shown:
            return
        token = f"asyncdb-lint-{uuid.uuid4()}"
        try:
            await self._server.work_done_progress.create_async(token)
        except JsonRpcException as error:
            _log.debug("no progress is shown: %s", error)
            return
        self._token = token
        begin = types.WorkDoneProgressBegin(f"asyncdb-lint: {folder.name}", cancellable=True, percentage=0)
        self._server.work_done_progress.begin(token, begin)

    def report(self, done: int, total: int) -> None:
        """Shows how far it is."""
        if self._token is not None:
            value = types.WorkDoneProgressReport(message=f"{done}/{total} files", percentage=100 * done // total)
            self._server.work_done_progress.report(self._token, value)

    def end(self, message: str) -> None:
        """Shows that it is over."""
        if self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._server.work_done_progress.tokens.pop(self._token, None)
            self._token = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the user has stopped it."""
        future = self._server.work_done_progress.tokens.get(self._token) if self._token is not None else None
        return future is not None and future.cancelled()
