import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    done: "fa-check",
    next: "fa-circle-o",
    late: "fa-clock-o",
    failed: "fa-times",
    later: "",
};

/** The life of a demande in dated steps; a refusal is a branch with its button. */
export class UrssafTimeline extends Component {
    static template = "urssaf_avance_immediate.Timeline";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ busy: false });
        this.label = _t("Steps of the demande de paiement");
        this.icons = ICONS;
        // What the colour says, for who does not see it.
        this.said = {
            done: _t("done"),
            next: _t("under way"),
            late: _t("late"),
            failed: _t("stopped"),
            later: _t("to come"),
        };
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    /** What posts something says so first, in the words of the server. */
    press({ method, label, confirm }) {
        this.dialog.add(ConfirmationDialog, {
            title: label,
            body: confirm,
            confirmLabel: label,
            confirm: () => this.run(method),
            cancel: () => {},
        });
    }

    /** A button of the record that the form shows. */
    async run(method) {
        this.state.busy = true;
        try {
            await this.action.doActionButton({
                type: "object",
                name: method,
                resModel: this.props.record.resModel,
                resId: this.props.record.resId,
                resIds: [this.props.record.resId],
                context: this.props.record.context,
                onClose: () => this.props.record.load(),
            });
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("fields").add("urssaf_timeline", {
    component: UrssafTimeline,
    supportedTypes: ["json"],
});
