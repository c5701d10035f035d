# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of the contract as pydantic models: the one module to import from."""

from .schemas_base import FRANCE, as_date, as_decimal, as_text, field_errors
from .schemas_enrolment import (
    AccountStatus,
    BankAccount,
    BirthCommune,
    BirthPlace,
    CustomerStatus,
    EnrolmentRequest,
    EnrolmentResponse,
    PostalAddress,
)
from .schemas_payment import (
    PaymentInfo,
    PaymentRequest,
    PaymentResult,
    PaymentSearch,
    PaymentSearchResult,
    Prestation,
    Rejection,
    Transfer,
)

__all__ = [
    "FRANCE",
    "AccountStatus",
    "BankAccount",
    "BirthCommune",
    "BirthPlace",
    "CustomerStatus",
    "EnrolmentRequest",
    "EnrolmentResponse",
    "PaymentInfo",
    "PaymentRequest",
    "PaymentResult",
    "PaymentSearch",
    "PaymentSearchResult",
    "Prestation",
    "PostalAddress",
    "Rejection",
    "Transfer",
    "as_date",
    "as_decimal",
    "as_text",
    "field_errors",
]
