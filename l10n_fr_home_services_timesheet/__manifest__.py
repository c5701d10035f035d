# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Services à la personne: timesheets",
    "summary": "Timesheets of an invoice’s services are its interventions",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["l10n_fr_home_services", "sale_timesheet"],
    "data": [
        "views/hr_employee_views.xml",
        "views/account_move_views.xml",
    ],
    "auto_install": True,
}
