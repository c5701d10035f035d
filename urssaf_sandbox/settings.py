# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can be tuned about the stand-in."""

from dataclasses import dataclass

SCOPE = "homeplus.tiersprestations"


@dataclass(frozen=True)
class DefaultPrestataire:
    """The tiers de prestation that exists on a fresh database."""

    client_id: str = "demo"
    client_secret: str = "demo-secret"
    # The firm of `make demo`. Nobody bears this number; its check digits are right.
    trade_name: str = "Les Petits Services"
    siret: str = "99999990700010"


@dataclass(frozen=True)
class Settings:
    """Delays and limits. The values are the documented ones unless said otherwise.

    Delays in hours run on the sandbox's clock; `token_seconds` runs on real time.
    """

    database: str = "urssaf_sandbox.sqlite3"
    prestataire: DefaultPrestataire = DefaultPrestataire()
    token_seconds: int = 3600
    # Urssaf publishes no delay before the notification; one hour is our choice.
    notify_after_hours: float = 1
    # The particulier has 48 hours to answer, silence validates.
    silence_hours: float = 48
    # The activation link lives 7 days, then the enrolment is "non finalisé".
    activation_days: int = 7
    # "J+2" and "J+4" working days, both counted from the validation.
    prelevement_working_days: int = 2
    virement_working_days: int = 4
    max_results: int = 10
    # How many calls are kept with their request and answer.
    traces_kept: int = 5000
    # How many calls are remembered by their instant and status alone, in memory.
    calls_kept: int = 100_000
    max_body_bytes: int = 1_000_000
    # Where it listens, and further names under which it may be called.
    host: str = "127.0.0.1"
    known_hosts: tuple[str, ...] = ()
    # The address under which people see the sandbox: links in messages begin with it.
    public_url: str = "http://127.0.0.1:8090"
    # A mail server, "host:port", that the e-mails are handed to; "" keeps them here.
    smtp: str = ""
    # A port on which mails of the software that is tried are received; 0 for none.
    receive_mail: int = 0
    mail_from: str = "Avance immédiate (simulation) <ne-pas-repondre@sandbox.invalid>"
