import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Bring a field of the form under the eyes, ready to be typed in. */
function goTo(ev, name) {
    const here = ev.currentTarget;
    // What is not filled in yet may be hidden: its place bears the class.
    const wanted = `[name="${name}"], .o_urssaf_at_${name}`;
    const inTab = here.closest(".tab-pane")?.querySelector(wanted);
    const form = here.closest(".o_form_renderer, .o_form_view");
    const field = inTab || form?.querySelector(wanted);
    if (!field) {
        return;
    }
    field.scrollIntoView({ block: "center", behavior: "smooth" });
    field.querySelector("input, button, a")?.focus({ preventScroll: true });
}

/** Lines {field, message, blocking}; a click on one goes to its field in the form. */
export class UrssafChecklist extends Component {
    static template = "urssaf_avance_immediate.Checklist";
    static props = { ...standardFieldProps };

    setup() {
        this.goTo = goTo;
    }

    /** Nobody has asked to enrol yet: what is missing is no fault. */
    get untouched() {
        return !this.props.record.data.urssaf_enrolment_state;
    }

    get missing() {
        const count = this.groups
            .filter((group) => group.level === "danger")
            .reduce((sum, group) => sum + group.lines.length, 0);
        return count === 1 ? _t("1 detail is missing") : _t("%s details are missing", count);
    }

    get groups() {
        const lines = this.props.record.data[this.props.name] || [];
        const blocking = lines.filter((line) => line.blocking);
        const warnings = lines.filter((line) => !line.blocking);
        return [
            { level: "danger", title: _t("To be mended before enrolling"), lines: blocking },
            { level: "warning", title: _t("To look at"), lines: warnings },
        ].filter((group) => group.lines.length);
    }
}

/** Fields {field, label} in one sentence; a click on one goes to it in the form. */
export class UrssafFieldLinks extends Component {
    static template = "urssaf_avance_immediate.FieldLinks";
    static props = { ...standardFieldProps };

    setup() {
        this.goTo = goTo;
    }

    get links() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("urssaf_checklist", {
    component: UrssafChecklist,
    supportedTypes: ["json"],
});
registry.category("fields").add("urssaf_field_links", {
    component: UrssafFieldLinks,
    supportedTypes: ["json"],
});
