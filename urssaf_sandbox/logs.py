# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging that keeps personal data out."""

import copy
import logging
import traceback
from typing import Any

from uvicorn.config import LOGGING_CONFIG


class WithoutQuery(logging.Filter):
    """Cut the query off uvicorn's access lines: method 020 has an e-mail there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Edit the record; always keep it."""
        arguments = record.args
        if isinstance(arguments, tuple) and len(arguments) == 5:
            client, method, path, version, status = arguments
            path = str(path).partition("?")[0]
            record.args = (client, method, path, version, status)
        return True


class WithoutErrorText(logging.Filter):
    """Tell where an error arose and of what kind; its text might hold what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Edit the record; always keep it."""
        if record.exc_info and record.exc_info[0]:
            kind, _error, frames = record.exc_info
            record.exc_text = "".join([*traceback.format_tb(frames), kind.__name__])
            record.exc_info = None
        return True


def logging_config() -> dict[str, Any]:
    """Return uvicorn's own logging set-up, with the filters on its handlers."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {
        "without_query": {"()": WithoutQuery},
        "without_error_text": {"()": WithoutErrorText},
    }
    config["handlers"]["access"]["filters"] = ["without_query"]
    config["handlers"]["default"]["filters"] = ["without_error_text"]
    config["loggers"]["urssaf_sandbox"] = {"handlers": ["default"], "level": "INFO"}
    return config
