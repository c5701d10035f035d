// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// What a customer does: the form behind his link, and his portal. Started by
// tests/test_tours.py.
import { tour } from "./urssaf_tour";

const FORM = "#urssaf_form fieldset:visible";

/** Odoo's own "edit" does not know an empty field of a date. */
function birthDate({ anchor }) {
    anchor.value = "1985-06-14";
    anchor.dispatchEvent(new Event("input", { bubbles: true }));
    anchor.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Fill in the part that is shown, and go on. */
const part = (...fields) => [
    ...fields.map(([name, value]) => ({
        trigger: `${FORM} [name=${name}]`,
        run: value,
    })),
    { trigger: "#urssaf_next", run: "click" },
];

tour("urssaf_tour_form", () => [
    ...part(
        ["civility", "select 2"],
        ["birth_name", "edit Perrin"],
        ["first_names", "edit Lucie Anne"],
        ["birth_date", birthDate],
        ["birth_commune", "edit Annecy"],
        ["birth_department", "edit 74"]
    ),
    ...part(["mobile", "edit 06 39 98 44 04"]),
    ...part(
        ["street", "edit 12 bis rue du Soleil"],
        ["zip", "edit 74000"],
        ["city", "edit Annecy"]
    ),
    ...part(["iban", "edit FR7630004000031234567890143"]),
    { trigger: `${FORM} [name=consent_enrolment]`, run: "check" },
    { trigger: `${FORM} [name=consent_data]`, run: "check" },
    { trigger: "#urssaf_send", run: "click", expectUnloadPage: true },
    { content: "It has arrived.", trigger: ".o_urssaf_thanks" },
]);

tour("urssaf_tour_portal", () => [
    {
        content: "The customer opens his invoice.",
        trigger:
            ".o_portal_my_doc_table tr:has([name=invoice_status_urssaf]) a[href*='/my/invoices/']",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "It says what he has to pay, and that Urssaf collects it.",
        trigger: "[name=urssaf_notice] [name=urssaf_estimates]",
    },
    { content: "And how to contest it.", trigger: "[name=urssaf_contest]" },
]);

tour("urssaf_tour_portal_certificate", () => [
    {
        content: "His certificates are a card of his portal.",
        trigger: ".o_portal_docs a[href='/my/certificates']",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "The one of last year is there to be opened.",
        trigger: ".o_portal_my_doc_table a[href*='/my/certificates/']:contains(2025)",
    },
]);
