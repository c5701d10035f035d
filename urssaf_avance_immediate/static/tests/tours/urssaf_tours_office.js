// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// What the office does every day, on its screens. Started by tests/test_tours.py, which
// also looks at what is left in the database.
import { PATIENCE, tour } from "./urssaf_tour";
import { user } from "@web/core/user";
import { waitUntil } from "@odoo/hoot-dom";

const closed = { content: "The dialogue is closed.", trigger: "body:not(:has(.modal))" };

/** Open a step of the setting up, do what its dialogue asks, and see that it is done. */
function settingUp(key, ...steps) {
    const line = `.o_urssaf_setup li[data-step=${key}]`;
    return [
        { content: `${key}: to do.`, trigger: `${line}[data-done='0'] button`, run: "click" },
        ...steps,
        { content: `${key}: done, by the facts.`, trigger: `body:not(:has(.modal)) ${line}[data-done='1']` },
    ];
}

const save = { trigger: ".modal footer button[name=action_save]", run: "click" };
const close = { trigger: ".modal footer button.btn-secondary", run: "click" };

tour("urssaf_tour_setup", () => [
    ...settingUp(
        "credentials",
        { trigger: ".modal .o_field_widget[name=client_id] input", run: "edit demo" },
        {
            trigger: ".modal .o_field_widget[name=client_secret] input",
            run: "edit demo-secret",
        },
        { trigger: ".modal footer button[name=action_test_and_save]", run: "click" },
        {
            content: "Urssaf takes them.",
            trigger: ".modal .alert-success .o_field_widget[name=answer]",
        },
        close
    ),
    ...settingUp(
        "declaration",
        {
            trigger: ".modal .o_field_widget[name=home_service_sap_number] input",
            run: "edit SAP732829320",
        },
        {
            // The same day in French and in English.
            trigger: ".modal .o_field_widget[name=home_service_declaration_date] input",
            run: "edit 02/02/2024",
        },
        save
    ),
    ...settingUp(
        "transfers",
        { trigger: ".modal button[name=action_set_up_transfers]", run: "click" },
        {
            content: "The accounts are named; in French no line begins with the colon.",
            trigger: ".modal .alert-success:has(.o_field_widget[name=accounts])",
            run() {
                const colon = user.lang.startsWith("fr") ? /\u00a0:/ : /\w:/;
                if (!colon.test(this.anchor.textContent)) {
                    throw new Error(`A colon may break: ${this.anchor.textContent}`);
                }
            },
        },
        close
    ),
    ...settingUp(
        "responsible",
        {
            trigger: ".modal .o_field_widget[name=urssaf_responsible_id] input",
            run: "edit urssaf_admin",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(urssaf_admin) a",
            run: "click",
        },
        save
    ),
    ...settingUp(
        "mail",
        {
            trigger: ".modal .o_field_widget[name=company_email] input",
            run: "edit maison@example.com",
        },
        save
    ),
    {
        content: "The first customer is all that is left.",
        trigger: ".o_urssaf_setup:not(:has(li[data-done='0']:not([data-step=customer])))",
    },
    {
        trigger: ".o_urssaf_setup li[data-step=customer] button.btn-primary",
        run: "click",
    },
    { trigger: ".modal .o_field_widget[name=name] input" },
    { trigger: ".modal .btn-close", run: "click" },
    closed,
]);

tour("urssaf_tour_new_customer", () => [
    {
        content: "From the list of all customers.",
        trigger: ".o_control_panel .o_control_panel_breadcrumbs button.btn-primary",
        run: "click",
    },
    {
        content: "The name is enough to begin.",
        trigger: ".modal .o_field_widget[name=name] input",
        run: "edit Lucie Perrin",
    },
    {
        content: "The form is sent to this address.",
        trigger: ".modal .o_field_widget[name=email] input",
        run: "edit lucie.perrin@example.com",
    },
    {
        content: "And the phone, for the reminders.",
        trigger: ".modal .o_field_widget[name=mobile] input",
        run: "edit 06 39 98 44 04",
    },
    {
        content: "The customer fills in the rest.",
        trigger: ".modal footer button[name=action_send_form]",
        run: "click",
    },
    {
        content: "The link is there to be handed over as well.",
        trigger: ".modal .o_field_widget[name=link]:contains(/urssaf/fiche/)",
    },
    {
        content: "And a text for an SMS, to be copied.",
        trigger: ".modal .o_field_widget[name=sms_text] button.o_clipboard_button",
    },
    { trigger: ".modal footer button[name=action_open_customer]", run: "click" },
    {
        content: "The contact, open on our tab.",
        trigger: "body:not(:has(.modal)) .o_form_view .o_notebook a.active[name=urssaf]",
    },
]);

tour("urssaf_tour_review", () => [
    {
        content: "What the customer has filled in waits to be looked at.",
        trigger: ".o_form_statusbar button.btn-primary[name=action_urssaf_review_form]",
        run: "click",
    },
    { trigger: ".o_breadcrumb .breadcrumb-item:nth-child(2)" },
    { trigger: ".o_form_statusbar button[name=action_accept_all]", run: "click" },
    {
        content: "Back on the contact, complete: to enrol is what comes next.",
        trigger: ".o_form_statusbar button.btn-primary[name=action_urssaf_confirm_enrol]",
    },
    {
        content: "The same screen, not once more behind the form.",
        trigger:
            ".o_breadcrumb:not(:has(.breadcrumb-item:nth-child(2))) .o_last_breadcrumb_item",
    },
]);

tour("urssaf_tour_enrol", () => [
    {
        content: "A customer who has all data.",
        trigger:
            ".o_data_row:contains(Jeanne Martin) button[name=action_urssaf_confirm_enrol]",
        run: "click",
    },
    {
        content: "What leaves, and the consent.",
        trigger: ".modal footer button[name=action_enrol]",
        run: "click",
    },
    closed,
    {
        content: "Urssaf has taken it: nothing is left to press, and the badge says so.",
        trigger:
            ".o_data_row:contains(Jeanne Martin):not(:has(button[name=action_urssaf_confirm_enrol])) td[name=urssaf_stage] .text-bg-info",
    },
]);

tour("urssaf_tour_send", () => [
    {
        content: "Send what waits.",
        trigger: ".o_urssaf_board [name=urssaf_board_to_send] button[name=action_send]",
        run: "click",
    },
    {
        content: "All twelve, at once.",
        trigger: ".modal:has(.o_data_row:nth-child(12)) footer button[name=action_send]",
        run: "click",
    },
    {
        content: "They are on their way.",
        trigger: ".modal [role=progressbar][aria-valuemax='12'][aria-valuenow='0']",
        run: () => performance.clearResourceTimings(),
    },
    {
        content: "The bar asks for itself, and not for the lines.",
        trigger: ".modal [role=progressbar]",
        async run() {
            const asked = () => performance.getEntriesByType("resource").map((one) => one.name);
            const dialogue = "/urssaf.payment.request.send";
            await waitUntil(() => asked().some((url) => url.endsWith(`${dialogue}/read`)), {
                timeout: PATIENCE,
            });
            if (asked().some((url) => url.endsWith(`${dialogue}/web_read`))) {
                throw new Error("The whole dialogue was read again.");
            }
        },
    },
    { trigger: ".modal .btn-close", run: "click" },
    {
        content: "Nothing is left to send.",
        trigger:
            "body:not(:has(.modal)) [name=urssaf_board_to_send]:not(:has(button[name=action_send])) p",
    },
]);

tour("urssaf_tour_correct", () => [
    {
        content: "The customer has contested an invoice.",
        trigger: ".o_urssaf_board [name=urssaf_board_mend] button[name=action_refused]",
        run: "click",
    },
    {
        content: "A single one opens at once; what he writes is there.",
        trigger: ".o_form_view:contains(Une heure seulement)",
    },
    {
        content: "A credit note, and a new draft.",
        trigger: ".o_form_statusbar button[name=action_correct_invoice]",
        run: "click",
    },
    {
        content: "What is about to be posted is said first.",
        trigger: ".modal:has(.modal-body) .modal-footer .btn-primary",
        run: "click",
    },
    {
        content: "Which says what it corrects.",
        trigger: ".o_form_view button[name=action_urssaf_post_and_resend]",
    },
    {
        content: "One hour instead of two.",
        trigger: ".o_field_widget[name=invoice_line_ids] .o_data_row td[name=quantity]",
        run: "click",
    },
    {
        trigger:
            ".o_field_widget[name=invoice_line_ids] .o_selected_row td[name=quantity] input",
        run: "edit 1",
    },
    {
        content: "Posted and sent, in one.",
        trigger: ".o_form_statusbar button[name=action_urssaf_post_and_resend]",
        run: "click",
    },
    {
        content: "Urssaf has it.",
        trigger: ".o_form_view .o_field_widget[name=urssaf_timeline] .o_urssaf_step_done",
    },
    {
        content: "And it stays as it was sent.",
        trigger: ".o_form_statusbar .o_arrow_button_current[data-value=posted]",
    },
]);

tour("urssaf_tour_bank_line", () => [
    {
        content: "A transfer of Urssaf has come to the bank.",
        trigger: ".o_data_row button[name=action_urssaf_reconcile]",
        run: "click",
    },
    {
        content: "Its demandes are ticked already: nothing is left over.",
        trigger: ".modal .o_field_widget[name=amount_left].text-success",
    },
    { trigger: ".modal footer button[name=action_reconcile]", run: "click" },
    closed,
    {
        content: "No transfer is left to reconcile.",
        trigger: ".o_list_view .o_view_nocontent",
    },
]);

tour("urssaf_tour_certificate", () => [
    { trigger: ".o_control_panel button.o_list_button_add", run: "click" },
    {
        content: "The year that has ended is proposed.",
        trigger: ".o_field_widget[name=year] input:value(2025)",
    },
    { trigger: ".o_form_statusbar button[name=action_look]", run: "click" },
    {
        content: "The customers to look at.",
        trigger: ".oe_stat_button:has([name=draft_count]):contains(1)",
        run: "click",
    },
    { trigger: ".o_data_row .o_data_cell:contains(Jeanne Martin)", run: "click" },
    {
        content: "What he has paid.",
        trigger: ".o_field_widget[name=line_ids] .o_group_header, .o_field_widget[name=line_ids] .o_data_row",
    },
    { content: "Back to the year.", trigger: ".o_back_button", run: "click" },
    {
        trigger: ".o_breadcrumb .o_back_button",
        run: "click",
    },
    { trigger: ".o_form_statusbar button.btn-primary[name=action_start]", run: "click" },
    {
        content: "Have you looked at them?",
        trigger: ".modal footer button.btn-primary",
        run: "click",
    },
    {
        content: "They are made in the background.",
        trigger: ".o_form_statusbar button.btn-primary[name=action_refresh]",
    },
]);
