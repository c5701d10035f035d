import { createElement } from "@web/core/utils/xml";
import { patch } from "@web/core/utils/patch";
import { isTextNode, ViewCompiler } from "@web/views/view_compiler";

// U+00A0 and U+202F, which French wants before : ; ? ! and inside « ».
const UNBREAKABLE = /[\u00A0\u202F]/;

/**
 * Owl makes one ordinary space of any white space in the text of a template, and a line
 * may then begin with the colon. What an expression gives is left as it is.
 */
patch(ViewCompiler.prototype, {
    compileNode(node) {
        if (isTextNode(node) && UNBREAKABLE.test(node.nodeValue)) {
            const text = node.nodeValue.replace(/[ \t\r\n]+/g, " ");
            return createElement("t", { "t-out": JSON.stringify(text) });
        }
        return super.compileNode(...arguments);
    },
});
