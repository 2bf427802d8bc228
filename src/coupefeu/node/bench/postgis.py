"""PostGIS as it would be used for this: an index over geography, window and altitude, and `ST_DWithin` on the spheroid.

A private cluster on a socket, asked through `psql`: the processor time of the server's process and of psql counts.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

from coupefeu.errors import StoreError
from coupefeu.model.volumes import Separation
from coupefeu.node.bench.figures import Progress
from coupefeu.node.bench.plans import Plans

PORT: Final = "54399"
USER: Final = "postgres"
END: Final = "-- answered"
_SEPARATION: Final = Separation()
_TOLD_EVERY: Final = 10_000
_SETTINGS: Final = """
listen_addresses = ''
shared_buffers = 4GB
maintenance_work_mem = 1GB
work_mem = 64MB
effective_cache_size = 12GB
max_wal_size = 8GB
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0
"""
_TABLE: Final = (
    "CREATE EXTENSION postgis; CREATE UNLOGGED TABLE notices"
    " (id int, party smallint, win int4range, alt int4range, geog geography(Polygon, 4326));"
)
_ASK: Final = (
    "PREPARE ask{side} (text, int4range, int4range) AS SELECT id FROM notices WHERE party = {side}"
    " AND win && $2 AND alt && $3 AND ST_DWithin(geog, $1::geography, {distance}, true);"
)


def has_postgis() -> bool:
    """Whether a PostgreSQL with PostGIS is on this machine; the bench alone would use it."""
    folder = _programs()
    return folder is not None and any(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found and (found[-1].parent / "psql").exists() else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One notice to be asked about, widened by window and altitude; the distance is PostGIS's own work."""

    side: int
    outline: str
    window: str
    altitude: str

    @classmethod
    def of(cls, plans: Plans, number: int) -> Self:
        """Ask for what the other party's notices do near this one."""
        start, end = plans.start_s[number] - _SEPARATION.time_s, plans.end_s[number] + _SEPARATION.time_s
        lower = plans.lower_m[number] - _SEPARATION.altitude_m
        upper = plans.upper_m[number] + _SEPARATION.altitude_m
        side = 1 - int(plans.party[number])
        return cls(side, outline(plans, number), _range(start, end), _range(lower, upper))


@dataclass(frozen=True, slots=True)
class Answered:
    """What it found, and what server and client took for it."""

    found: set[int]
    cpu_s: float


def _range(least: float, most: float) -> str:
    return f"[{int(least)},{int(most)})"


def outline(plans: Plans, number: int) -> str:
    """Give one notice's corners as EWKB in hexadecimal digits."""
    lon, lat = plans.ring(number)
    corners = [((x + 180) % 360 - 180, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    flat = [value for corner in (*corners, corners[0]) for value in corner]
    head = struct.pack("<BIIII", 1, 0x20000003, 4326, 1, len(corners) + 1)
    return (head + struct.pack(f"<{len(flat)}d", *flat)).hex()


class PostGis:
    """A cluster of our own in a folder, from the first line of a `with` block to its last."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder, self._progress = folder, progress
        programs = _programs()
        assert programs is not None
        self._programs = programs
        self._as_user = (
            ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.geteuid() == 0 else []
        )
        self._psql: subprocess.Popen[str] | None = None
        self._schedules: list[Path] = []
        self.version = "PostGIS"

    def __enter__(self) -> Self:
        """Start it."""
        self._folder.mkdir()
        if self._as_user:
            shutil.chown(self._folder, USER)
            for parent in self._reached():
                parent.chmod(parent.stat().st_mode | 0o011)
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", USER, "--locale=C.UTF-8")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"{_SETTINGS}unix_socket_directories = '{self._folder}'\nport = {PORT}\n")
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._folder / "log"), "-w", "start")
        self._psql = subprocess.Popen(  # noqa: S603 - the bench's own database, beside ours
            [
                str(self._programs / "psql"), "-qAt", "-v", "ON_ERROR_STOP=1",
                "-h", str(self._folder), "-p", PORT, "-U", USER, "postgres",
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        if self._psql is not None:
            self._pipe(self._psql.stdin).close()
            self._psql.wait()
            self._pipe(self._psql.stdout).close()
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _reached(self) -> Iterator[Path]:
        """Give the folders above that another user must pass through: they are temporary, and of this run."""
        return (
            each
            for each in self._folder.parents
            if each.stat().st_uid == os.getuid() and each.name.startswith("coupefeu")
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - as above
            [*self._as_user, str(self._programs / program), *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def _say(self, text: str) -> list[str]:
        """Send SQL; gives the lines of its answer."""
        assert self._psql is not None
        into, out = self._pipe(self._psql.stdin), self._pipe(self._psql.stdout)
        into.write(f"{text}\n\\echo {END}\n")
        into.flush()
        lines: list[str] = []
        for line in out:
            if line.rstrip("\n") == END:
                return lines
            lines.append(line.rstrip("\n"))
        raise StoreError("psql ended", code="node.bench.postgis", hint="Read what it wrote above.")

    def load(self, plans: Plans) -> None:
        """Write the notices, and its best index for this: one for each party."""
        assert self._psql is not None
        self._say(_TABLE)
        into = self._pipe(self._psql.stdin)
        into.write("COPY notices FROM STDIN;\n")
        for number in range(len(plans)):
            window = _range(plans.start_s[number], plans.end_s[number])
            altitude = _range(plans.lower_m[number], plans.upper_m[number])
            into.write(f"{number}\t{plans.party[number]}\t{window}\t{altitude}\t{outline(plans, number)}\n")
            if number % _TOLD_EVERY == 0:
                self._progress("notices into PostGIS", number, len(plans))
        into.write("\\.\n")
        for side in (0, 1):
            self._say(f"CREATE INDEX ON notices USING gist (geog, win, alt) WHERE party = {side};")
            self._say(_ASK.format(side=side, distance=f"{_SEPARATION.distance_m}.0"))
        self._say("VACUUM ANALYZE notices;")
        (process,) = self._say("SELECT pg_backend_pid();")
        (self.version,) = self._say("SELECT 'PostGIS ' || postgis_lib_version();")
        self._schedules = [Path(f"/proc/{each}/schedstat") for each in (process, self._psql.pid)]
        self._progress("notices into PostGIS", len(plans), len(plans))

    def ask(self, wanted: Wanted) -> Answered:
        """Ask once."""
        started = self._cpu_s()
        lines = self._say(
            f"EXECUTE ask{wanted.side} ('{wanted.outline}', '{wanted.window}', '{wanted.altitude}');"
        )
        return Answered(set(map(int, lines)), self._cpu_s() - started)

    def _cpu_s(self) -> float:
        return sum(int(each.read_text("ascii").split()[0]) for each in self._schedules) / 1e9
