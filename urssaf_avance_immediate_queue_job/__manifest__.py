# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Urssaf avance immédiate: jobs",
    "summary": "One job per company, on as many servers as you like",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations",
    "license": "LGPL-3",
    "development_status": "Beta",
    "author": "Urssaf avance immédiate contributors",
    "website": "https://www.urssaf.fr/accueil/services/services-particuliers/avance-immediate.html",
    "depends": ["urssaf_avance_immediate", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
