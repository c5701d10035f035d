# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging that keeps personal data out."""

import copy
import logging
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


def logging_config() -> dict[str, Any]:
    """Return uvicorn's own logging set-up, with the filter on its access log."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"without_query": {"()": WithoutQuery}}
    config["handlers"]["access"]["filters"] = ["without_query"]
    config["loggers"]["urssaf_sandbox"] = {"handlers": ["default"], "level": "INFO"}
    return config
