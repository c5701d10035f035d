# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The errors a person at the keyboard should read."""

import errno
import os


class DevError(Exception):
    """Something stands in the way and the text, on one line, says what to do.

    ``dev/__main__.py`` prints it without a traceback and exits with status 1.
    """


class CommandFailed(DevError):
    """A command we ran ended with an error. ``output`` holds what it printed."""

    def __init__(self, message, output="", returncode=None):
        super().__init__(message)
        self.output = output
        self.returncode = returncode


_NO_SPACE = ("no space left on device", "disk quota exceeded", "enough free space")
_NO_NETWORK = (
    "temporary failure resolving",
    "temporary failure in name resolution",
    "could not resolve",
    "failed to establish a new connection",
    "name or service not known",
    "network is unreachable",
    "connection refused",
    "connection timed out",
    "unable to connect",
    "cannot initiate the connection",
    "could not connect to",
)


def explain_output(what, output):
    """Return a DevError for a failed step, from what its command printed.

    ``what`` names the step ("download Odoo"). A full disk and a missing network are
    recognised, because they are the two causes a person can act on at once.
    """
    if is_disk_full(output):
        return disk_full(what)
    if any(sign in output.lower() for sign in _NO_NETWORK):
        return DevError(
            f"No network: could not {what}. Check the connection (or the proxy "
            "settings) and run the same command again; it goes on from there."
        )
    last = next((li.strip() for li in reversed(output.splitlines()) if li.strip()), "")
    return CommandFailed(f"Could not {what}: {last or 'no explanation given'}", output)


def is_disk_full(output):
    """Tell whether a command's output complains of a full disk."""
    return any(sign in output.lower() for sign in _NO_SPACE)


def disk_full(what, path=None):
    """Return the DevError for a full disk."""
    where = f" ({path})" if path else ""
    return DevError(
        f"Disk full: could not {what}{where}. Free some space "
        "(the whole environment takes about 3 GB) and run the same command again."
    )


def explain_os_error(error):
    """Return a DevError for an OSError worth a sentence, or None."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full("write a file", error.filename)
    path = os.fsdecode(error.filename or "?")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DevError(f"No right to write {path}: {error.strerror}.")
    return None
