"""The protocol as pygls speaks it, with what it leaves open: order of messages, documents, broken messages."""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

_log = logging.getLogger(__name__)
_ANYTIME = frozenset({types.INITIALIZE, types.EXIT})


class Protocol(LanguageServerProtocol):
    """Answers what comes at the wrong time or cannot be read, and leaves documents to the server.

    pygls ends lines of a document where Python's `str.splitlines` does, which is more often than in the protocol, so an
    edit behind a form feed would hit the wrong line; and it fails on changes of documents that are not open.
    """

    _server: LanguageServer

    @property
    def is_shut_down(self) -> bool:
        """Whether the client has said goodbye, as it should before it leaves."""
        return self._shutdown

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        """Hands a document over."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        """Hands changes over."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        """Hands the end of a document over."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> Generator[Any, Any, None]:
        """Hands a notebook over."""
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hands changes of a notebook over."""
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(
        self, params: types.DidCloseNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hands the end of a notebook over."""
        yield self.fm.features[types.NOTEBOOK_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Ends what is under way; pygls would, too, but fails when what it has ended is forgotten meanwhile."""
        for msg_id, future in list(self._request_futures.items()):
            if msg_id != self.msg_id:
                future.cancel()
        yield from super().lsp_shutdown(*args)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Reads a message; a request that cannot be read is answered, since its sender waits."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and isinstance(data.get("id"), int | str):
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Handles a message, unless it comes before the greeting, or after the goodbye."""
        method = getattr(message, "method", None)
        if method is None or method in _ANYTIME:
            is_second_greeting = method == types.INITIALIZE and self._workspace is not None
            refusal = (types.ErrorCodes.InvalidRequest, "initialized already") if is_second_greeting else None
        elif self._workspace is None:
            refusal = (types.ErrorCodes.ServerNotInitialized, "not initialized yet")
        else:
            refusal = (types.ErrorCodes.InvalidRequest, "shut down already") if self._shutdown else None
        if refusal is None:
            super().handle_message(message)
        elif isinstance(getattr(message, "id", None), int | str):
            self._send_response(message.id, error=types.ResponseError(int(refusal[0].value), refusal[1]))
        else:
            _log.warning("ignored %s: %s", method, refusal[1])

    def _execute_handler(self, msg_id: Any, *args: Any, **kwargs: Any) -> None:
        """Runs a handler; pygls would keep the outcome of every notification for ever."""
        super()._execute_handler(msg_id, *args, **kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Takes a client's answer; pygls would keep the type of a result that is an error instead."""
        self._result_types.pop(msg_id, None)
        future = self._request_futures.get(msg_id)
        if future is not None and future.done():
            self._request_futures.pop(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)
