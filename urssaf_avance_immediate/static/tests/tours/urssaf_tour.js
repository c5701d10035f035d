// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A step is done at once; a busy machine may be slow, and fails nothing.
export const PATIENCE = 60000;

/** Register a tour; ``makeSteps`` gives its steps when it starts. */
export function tour(name, makeSteps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => makeSteps().map((step) => ({ timeout: PATIENCE, ...step })),
    });
}
