# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A local stand-in for Urssaf's "API Tiers de Prestation" (avance immédiate).

It imports neither Odoo nor the add-on: it is a second, independent reading of the
same contract, so that each side can catch the other's mistakes.
"""
