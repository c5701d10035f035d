# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Urssaf avance immédiate: electronic invoices",
    "summary": "Factur-X and UBL with the period of the services, and without means of "
    "payment where Urssaf collects",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["urssaf_avance_immediate", "account_edi_ubl_cii"],
    "data": ["data/facturx_templates.xml"],
    "auto_install": True,
}
