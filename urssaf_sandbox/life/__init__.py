# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What time and people do to an enrolment and to a demande de paiement."""
