# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An answer takes a bounded time and a bounded number of bytes, headers included.

The ``timeout`` of ``requests`` is between two bytes: a server that sends one every
three seconds holds its caller for ever. Here it is the time of the whole answer.
"""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPResponse

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from .reading import read_json

#: Bytes of a body. Ten demandes with their echo are well below a hundred thousand.
MAX_BODY = 2_000_000
#: Bytes that may come before the body, and around its chunks.
_MAX_AROUND = 500_000
_PIECE = 64 * 1024

_clock = time.monotonic


@dataclass(frozen=True)
class Reply:
    """A whole answer. A body that is too large is left out: nothing in it is usable."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @cached_property
    def json(self):
        """The body, read once for the trace and for the answer: nobody changes it.

        :raises ValueError: it is not usable JSON
        """
        return read_json(self)


def read_reply(response: requests.Response) -> Reply:
    """Read what a session that streams has begun to receive.

    :raises requests.RequestException: the answer breaks off or takes too long
    """
    pieces, size = [], 0
    try:
        for piece in response.iter_content(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_BODY:
                pieces.clear()
                break
    finally:
        response.close()
    return Reply(response.status_code, response.headers, b"".join(pieces))


def new_session() -> requests.Session:
    """A session whose ``timeout`` is the time of a whole answer."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


class _Bounded(io.RawIOBase):
    """What a socket receives, until the end of the time or the last allowed byte."""

    def __init__(self, raw: io.RawIOBase, sock):
        self._raw, self._sock = raw, sock
        patience = sock.gettimeout()
        self._end = None if patience is None else _clock() + patience
        self._left = MAX_BODY + _MAX_AROUND

    def readable(self):
        return True

    def readinto(self, buffer):
        if self._left <= 0:
            raise OSError("the answer has no end")
        if self._end is not None:
            patience = self._end - _clock()
            if patience <= 0:
                raise TimeoutError("the answer takes too long")
            self._sock.settimeout(patience)
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self):
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock, *arguments, **keywords):
        super().__init__(sock, *arguments, **keywords)
        self.fp = io.BufferedReader(_Bounded(self.fp.detach(), sock))


class _Connection(HTTPConnectionPool.ConnectionCls):
    response_class = _Response


class _SecureConnection(HTTPSConnectionPool.ConnectionCls):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """The pools above, with or without a proxy."""

    def init_poolmanager(self, *arguments, **keywords):
        super().init_poolmanager(*arguments, **keywords)
        _use_bounded_pools(self.poolmanager)

    def proxy_manager_for(self, proxy, **keywords):
        manager = super().proxy_manager_for(proxy, **keywords)
        _use_bounded_pools(manager)
        return manager


def _use_bounded_pools(manager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
