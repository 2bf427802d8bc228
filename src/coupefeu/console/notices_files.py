"""Files of notices: imported with all that was refused given back to be mended, and exported.

A file is read in a thread of its own; what it files goes through the node one act after the other, as anybody's does.
"""

import asyncio
import io
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader
from coupefeu.console.notices_requests import MAX_FILE_CHARACTERS, ImportRequest
from coupefeu.console.notices_values import ImportedNotices, ImportReject
from coupefeu.console.sessions import Session
from coupefeu.errors import PeerError, StoreError, UsageError
from coupefeu.model.messages import parse_number
from coupefeu.model.notices import NoticeForm
from coupefeu.node.desk import Desk
from coupefeu.node.exporting.formats import MEDIA_TYPES, Exported, ExportFormat, export_notices
from coupefeu.node.importing.filing import File, Import, Imported
from coupefeu.node.importing.judging import Wish
from coupefeu.node.importing.known import Known, read_known
from coupefeu.node.importing.rejects import why, write_reject
from coupefeu.node.importing.source import Format, Source
from coupefeu.services.messages.display import show_line
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.forms import FORMS
from coupefeu.services.notices.status import NoticeState, NoticeView
from coupefeu.wire.features import Reject

MAX_IMPORT_BYTES: Final = 2 * MAX_FILE_CHARACTERS
LISTED: Final = 500
"""Numbers and rejects that a page is given one by one; the reject file has all."""

_UNREADABLE = PeerError("nothing of the file can be read", code="wire.*")
_NOT_SO = UsageError("it is not said how the file is written, or which form it is of", code="console.*")


@post(
    "/api/notices/import",
    status_code=200,
    request_max_body_size=MAX_IMPORT_BYTES,
    responses=refuses(
        *ONCE_REFUSALS, _NOT_SO, _UNREADABLE, StoreError("the record took no more", code="store.*")
    ),
)
async def import_notices(
    data: JSONBody[ImportRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> ImportedNotices:
    """File the notices of a file; what cannot be filed is given back with where and why, what is known is counted."""

    async def do() -> ImportedNotices:
        return await _imported(desk, data, session)

    asked = (request.url.path.encode(), session.post.encode(), await request.body())
    answer: ImportedNotices = await desk.once.do(once, await asyncio.to_thread(b"\n".join, asked), do)
    return answer


async def _imported(desk: ConsoleDesk, data: ImportRequest, session: Session) -> ImportedNotices:
    agreement = desk.folder.agreement
    wish = _wish(data, session, agreement.party(desk.folder.party).language)
    importing = Import(
        wish=wish, now_ms=desk.now_ms, is_exercise=agreement.is_exercise, from_post=session.post
    )
    known = await desk.read(lambda look: read_known(look.reader, agreement.party_ids))
    source = Source(io.StringIO(data.text, newline=""), one_of(Format, data.kind, "kind"), wish)
    file = None if data.try_only else _filer(desk)
    return await asyncio.to_thread(_run, importing, source, known, file)


def _wish(data: ImportRequest, session: Session, language: str) -> Wish:
    form = None if data.form is None else next((each for each in NoticeForm if each == data.form), None)
    return Wish(
        form=form,
        fields={} if form is None else _fields(form, data),
        movement=data.movement.strip(),
        datum=data.datum.upper(),
        reach=data.reach.strip(),
        officer=session.officer,
        language=language,
    )


def _fields(form: NoticeForm, data: ImportRequest) -> Mapping[str, str]:
    names = {each.number: each.name for each in FORMS[form].fields}
    return {
        names[each.number]: each.text for each in data.fields if each.number in names and each.text.strip()
    }


def _filer(desk: ConsoleDesk) -> File:
    """Have each notice filed by the node's own loop, asked from the thread that reads the file."""
    loop = asyncio.get_running_loop()

    async def act(command: FileNotice) -> str:
        (entry,) = await desk.act(command)
        return desk.number(entry)

    async def file(command: FileNotice) -> str:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(act(command), loop))

    return file


def _run(importing: Import, source: Source, known: Known, file: File | None) -> ImportedNotices:
    rejects: list[Reject] = []
    written: list[str] = []

    def reject(each: Reject) -> None:
        written.append(write_reject(source, each))
        if len(rejects) < LISTED:
            rejects.append(each)

    found = asyncio.run(importing.run(source, known, reject, file))
    return _values(found, rejects, _reject_file(source, written), source.notes)


def _reject_file(source: Source, written: list[str]) -> str:
    header = source.rows.header if source.rows and written else ""
    return (header + "".join(written)).encode("utf-8", "replace").decode()


def _values(
    found: Imported, rejects: list[Reject], reject_file: str, notes: tuple[str, ...]
) -> ImportedNotices:
    return ImportedNotices(
        read=found.read,
        ready=found.ready,
        filed=tuple(found.filed[:LISTED]),
        filed_count=len(found.filed),
        known=len(found.duplicates),
        rejects=tuple(map(_reject, rejects)),
        rejected=found.rejected,
        reject_file=reject_file,
        notes=tuple(map(show_line, notes)),
    )


def _reject(reject: Reject) -> ImportReject:
    said = why(reject)
    return ImportReject(
        at=reject.at,
        id=show_line(reject.id),
        field=show_line(said["field"]),
        reason=show_line(said["reason"]),
    )


Kind = Annotated[Literal["geojson", "csv", "cap", "cot"], QueryParameter(name="format")]
Number = Annotated[str, QueryParameter(max_length=64)]
Language = Annotated[Literal["en", "fr", "ru"], QueryParameter(name="language")]


@get(
    "/api/notices/export",
    responses=refuses(
        AbsentError("there is no notice under this number", code="services.notices.unknown_notice"),
        UsageError("its content is gone; or CAP was asked for more than one", code="node.exporting.*"),
        UsageError("no party of this line has this name", code="model.message_number.*"),
    ),
)
async def export_file(
    desk: NamedDependency[ConsoleDesk], kind: Kind, number: Number = "", language: Language = "en"
) -> Response[str]:
    """Give one notice, or without a number all that are in force, as a file to be saved: GeoJSON, CSV, CAP or CoT."""
    format_ = ExportFormat(kind)
    named = parse_number(number, desk.folder.agreement.party_ids) if number else None
    about = Exported(
        line=desk.folder.agreement.line_id.hex()[:8],
        is_exercise=desk.folder.agreement.is_exercise,
        language=language,
        now_ms=desk.now_ms,
    )

    def write(look: Desk) -> str:
        views: tuple[NoticeView, ...] = look.notices.live() if named is None else (look.notices.get(named),)
        held = [each for each in views if named is not None or each.state is not NoticeState.ERASED]
        return export_notices(held, format_, about)

    text = await desk.read(write)
    name = f"notice-{number.replace('/', '-').lower()}" if number else "notices"
    ending = {"cap": "xml", "cot": "xml"}.get(kind, kind)
    return Response(
        text,
        media_type=MEDIA_TYPES[kind],
        headers={
            "content-disposition": f'attachment; filename="{name}.{ending}"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


NOTICE_FILE_ROUTES: Final = (import_notices, export_file)
