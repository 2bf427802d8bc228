"""Answers `coupefeu console-link` on the control socket: whoever may open that socket may speak for every post anyway.

{"do": "console-link", "post": "us.duty", "officer": "", "language": "en"}   {"link", "post", "expires_ms", ...}
{"do": "console-link", "admitted_by": "head of desk", ...}   whoever uses it may enrol one passkey
{"do": "console-link", "end_all": true}                                      {"ended": 3}
"""

from typing import Any

from coupefeu.console.links import LASTS_MS, Invitation
from coupefeu.console.parts import Parts
from coupefeu.errors import UsageError
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.forms import MAX_LABEL_CHARACTERS
from coupefeu.words import LANGUAGES


async def answer_invitation(request: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """Make a link, or sign everybody out.

    Raises:
        UsageError: `console.invite.post`, `.officer`, `.admitted_by`, `.language`.
    """
    if request.get("end_all") is True:
        parts.links.end_all()
        return {"ended": await parts.sessions.end_all()}
    invitation = _read(request, parts)
    parts.note("console-link", post=invitation.post)
    key = parts.links.issue(invitation)
    expires_ms = parts.desk.folder.clock().utc_ms + LASTS_MS
    link = f"{parts.address}/enter#{key}"
    return {"link": link, "post": invitation.post, "officer": invitation.officer, "expires_ms": expires_ms}


def _read(request: dict[str, Any], parts: Parts) -> Invitation:
    folder = parts.desk.folder
    agreement, party = folder.agreement, folder.party
    ours = [post.id for post in agreement.posts_of(party)]
    post = request.get("post") or agreement.party(party).duty_desk
    if post not in ours:
        raise UsageError(
            f"{post!r} is no post of ours", code="console.invite.post", hint=f"Ours are: {', '.join(ours)}."
        )
    officer, admitted_by = _label(request, "officer"), _label(request, "admitted_by")
    language = request.get("language") or agreement.party(party).language
    if language not in LANGUAGES:
        raise UsageError(
            f"{language!r} is no language of the console",
            code="console.invite.language",
            hint=f"There are: {', '.join(LANGUAGES)}.",
        )
    return Invitation(post=post, officer=officer, language=language, admitted_by=admitted_by)


def _label(request: dict[str, Any], field: str) -> str:
    label = request.get(field) or ""
    if not isinstance(label, str) or len(label) > MAX_LABEL_CHARACTERS or show_line(label) != label:
        raise UsageError(
            f"the label {field} is too long, or does not read as it is written",
            code=f"console.invite.{field}",
            hint=f"At most {MAX_LABEL_CHARACTERS} plain characters on one line, such as a rank or a call sign.",
        )
    return label
