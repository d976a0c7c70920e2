/** What a person does to a button, menu or form, sent to the app; and what they see when it does not answer. */

import { post, Refused } from "./api.js";
import { confirmed } from "./ask.js";
import { readFields } from "./fields.js";
import { refresh, state } from "./store.js";
import { toast } from "./toast.js";

/** Where an element stands: `{in, ts}` of a message, `{view}` of a modal or `{home: true}`. */
function surfaceOf(node) {
  return node.closest("[data-surface]");
}

/**
 * A person used `element` in `block`: ask for confirmation where the app wants it, send the action with the present
 * state of the form around it, and mark the control while the app has not acknowledged.
 */
export async function act(node, block, element, option) {
  if (node.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await confirmed(element.confirm))) return;
  const root = surfaceOf(node);
  node.setAttribute("aria-busy", "true");
  node.removeAttribute("data-failed");
  try {
    const answer = await post("click", {
      as: state.me.name, ...root.surface, button: element.action_id, block: block.block_id, option, fields: readFields(root),
    });
    if (answer.acked === false) failed(node, "The app did not answer in time. Nothing is lost on this side: try again.");
  } catch (error) {
    failed(node, sentence(error));
  } finally {
    node.removeAttribute("aria-busy");
  }
  refresh("views");
}

function failed(node, text) {
  node.setAttribute("data-failed", "");
  toast(text);
}

/** An error in words for a person; one that is not the sandbox's is ours, and is thrown on. */
export function sentence(error) {
  if (error instanceof Refused) return error.message;
  throw error;
}

/** Start a shortcut; a message shortcut names its message as `{in, ts}`. */
export async function shortcut(each, target) {
  try {
    const answer = await post("shortcut", { as: state.me.name, name: each.name, ...target });
    if (answer.acked === false) toast(`“${each.name}” did not answer. Try again.`);
  } catch (error) {
    toast(sentence(error));
  }
  refresh("views", "messages");
}
