# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import bounded, codes
from .codes import (
    ERROR_CODES,
    MAX_BATCH,
    MAX_PRESTATIONS,
    MAX_SEARCH,
    PAYMENT_STATUSES,
    REJECTION_REASONS,
    STREET_LETTERS,
    STREET_TYPES,
)
from .client import DEFAULT_SCOPE, UrssafClient
from .error_fields import fields_of
from .errors import (
    RemoteError,
    UrssafAmbiguous,
    UrssafAuthError,
    UrssafConfigError,
    UrssafError,
    UrssafProtocolError,
    UrssafRejected,
    UrssafUnavailable,
    UrssafUnreachable,
)
from .masking import RedactingFilter, redact
from .rate import forget_turns
from .schemas import (
    AccountStatus,
    BankAccount,
    BirthCommune,
    BirthPlace,
    CustomerStatus,
    EnrolmentRequest,
    EnrolmentResponse,
    PaymentInfo,
    PaymentRequest,
    PaymentResult,
    PaymentSearch,
    PaymentSearchResult,
    PostalAddress,
    Prestation,
    Rejection,
    Transfer,
    field_errors,
)
from .tokens import clear_token_cache
from .traced_calls import TracedCall
