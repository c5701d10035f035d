import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Steps {key, title, text, done, action}; a click on one opens its dialogue, and what
 * was done there shows at once. */
export class UrssafSetup extends Component {
    static template = "urssaf_avance_immediate.Setup";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    get progress() {
        const done = this.steps.filter((step) => step.done).length;
        return _t(
            "Steps done: %(done)s of %(all)s. Each turns green by itself once what it asks for is there.",
            { done, all: this.steps.length }
        );
    }

    /** The first step that is left: the one to begin with. */
    get next() {
        return this.steps.find((step) => !step.done)?.key;
    }

    open({ action }) {
        return this.action.doAction(action, {
            onClose: () => this.props.record.load(),
        });
    }
}

registry.category("fields").add("urssaf_setup", {
    component: UrssafSetup,
    supportedTypes: ["json"],
});
