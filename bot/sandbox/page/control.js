/** What all inputs of Block Kit share: the node, its name, its choices, and telling the app. */

import { act } from "./actions.js";
import { h } from "./dom.js";
import { state } from "./store.js";

/**
 * `meta`: `{block, id, labelled?, dispatch}`. `id` goes to the element that a label points at; without a label the
 * placeholder names it. `dispatch` says when a change is sent to the app: "change", "enter", "character" or "never".
 */
export function control(element, meta, { read, write, children }) {
  return h("div", {
    class: `control ${element.type}`,
    key: `${meta.block.block_id}/${element.action_id}`,
    keep: JSON.stringify([element, meta.block.block_id, meta.dispatch, state.people.length]),
    "data-control": true, "data-block-id": meta.block.block_id, "data-action-id": element.action_id,
    element, read,
    adopt(before) {
      if (before.element.type === element.type) write(before.read());
    },
  }, children);
}

/** The id and, without a label, the name of a field. */
export function naming(element, meta) {
  const words = element.placeholder?.text ?? meta.block.text?.text ?? element.action_id;
  return { id: meta.id, "aria-label": meta.labelled ? undefined : words };
}

/** Send a change to the app, where it wants to know. */
export function send(node, element, meta, value) {
  if (meta.dispatch !== "never") act(node.closest(".control") ?? node, meta.block, element, value);
}

/** What can be chosen: `[{label, value, description?, group?}]`. */
export function choices(element) {
  if (element.type.includes("users_select")) return people();
  if (element.type.includes("channels_select")) return channels();
  if (element.type.includes("conversations_select")) return [...channels(), ...people()];
  const own = (options, group) => options.map((option) => ({
    label: option.text.text, value: option.value, description: option.description?.text, group,
  }));
  const initial = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean);
  if (element.option_groups) return element.option_groups.flatMap((each) => own(each.options, each.label.text));
  return own(element.options ?? initial);
}

function people() {
  return state.people.filter((each) => !each.deactivated).map((each) => (
    { label: each.real_name || each.name, value: each.id, description: `@${each.name}` }));
}

function channels() {
  return state.channels.filter((each) => each.kind !== "im" && !each.archived).map((each) => (
    { label: `#${each.name}`, value: each.id }));
}

/** What is chosen at first, as values. */
export function initialValues(element) {
  const single = element.initial_option?.value ?? element.initial_user
    ?? element.initial_channel ?? element.initial_conversation;
  const many = element.initial_options?.map((option) => option.value)
    ?? element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  return many ?? (single === undefined ? [] : [single]);
}
