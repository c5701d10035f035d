# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings that every call looks at: the clock's offset, the test case, the switches.

What is committed is kept in memory, so that a call does not pay for reading it anew;
the database keeps it for the next start. One process serves a file.
"""

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from .tables import Setting

_READ = select(Setting.value).where(Setting.key == bindparam("key"))
_COMMITTED = "settings_committed"
_WRITTEN = "settings_written"


def session_info(committed: dict[str, str | None]) -> dict[str, dict]:
    """Return what all sessions of one database share: the settings known so far."""
    return {_COMMITTED: committed}


def read_setting(session: Session, key: str) -> str | None:
    """Return the value, as this session sees it."""
    written = session.info.get(_WRITTEN, {})
    if key in written:
        return written[key]
    committed = session.info[_COMMITTED]
    if key not in committed:
        # If somebody commits another value meanwhile, his stays.
        committed.setdefault(key, session.scalar(_READ, {"key": key}))
    return committed[key]


def write_setting(session: Session, key: str, value: str) -> None:
    """Change the value; others see it once this session commits."""
    session.merge(Setting(key=key, value=value))
    if _WRITTEN not in session.info:
        session.info[_WRITTEN] = {}
        event.listen(session, "after_commit", _publish, once=True)
    session.info[_WRITTEN][key] = value


def _publish(session: Session) -> None:
    session.info[_COMMITTED].update(session.info.pop(_WRITTEN))
