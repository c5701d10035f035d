import { registry } from "@web/core/registry";
import { ControllerNotFoundError } from "@web/webclient/actions/action_service";

/** Back to the screen from which this one was opened, read again; on to `next` where
 * there is none, as in a new tab. */
async function back(env, action) {
    try {
        await env.services.action.restore();
    } catch (error) {
        if (!(error instanceof ControllerNotFoundError)) {
            throw error;
        }
        return action.params.next;
    }
}

registry.category("actions").add("urssaf_back", back);
