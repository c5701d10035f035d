# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order given on a page of the console: do it, or say in French why not."""

from collections.abc import Callable
from typing import Any

from fastapi import HTTPException
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from ..clock import ClockRangeError
from ..life.work import Impossible
from ..space.pages import PageError, Visit


def play(
    visit: Visit, page: str, step: Callable[[], Any], wrong: str = "Ordre mal formé."
) -> RedirectResponse:
    """Do the step and go back to the page.

    The step makes its order of what was typed: `wrong` is shown if that makes no sense.
    """
    try:
        step()
    except ValidationError:
        raise PageError(422, wrong) from None
    except Impossible as error:
        raise PageError(409, str(error)) from None
    except ClockRangeError as error:
        raise PageError(422, f"L'horloge va de {error}") from None
    except HTTPException as error:
        raise PageError(error.status_code, str(error.detail)) from None
    return visit.go(page, "joue")
