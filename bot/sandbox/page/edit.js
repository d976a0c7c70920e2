/** Editing and deleting what one wrote oneself. */

import { sentence } from "./actions.js";
import { post } from "./api.js";
import { ask } from "./ask.js";
import { h } from "./dom.js";
import { decoded } from "./mrkdwn.js";
import { literal } from "./outgoing.js";
import { changed, channel, group, handle, here, person, refresh, state } from "./store.js";
import { toast } from "./toast.js";

const EDITABLE = [null, undefined, "thread_broadcast", "file_share"];

/** Whether the person wrote it, and it is no line that Slack writes in their name. */
export function isOwn(message) {
  return message.user_id === state.me.id && !message.ephemeral && EDITABLE.includes(message.subtype);
}

/** Begin to edit; the message becomes a field where it stands. */
export function startEditing(message) {
  state.editing = message.ts;
  changed();
}

/** Edit the last own message of a conversation or thread; false when there is none. */
export function editLast(messages) {
  const last = (messages ?? []).findLast(isOwn);
  if (last) startEditing(last);
  return Boolean(last);
}

/** Stored markup as one would type it: `<@U1>` is `@ana` again. */
function typed(text) {
  return decoded(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (whole, target, label) => {
    if (target.startsWith("@")) return person(target.slice(1)) ? `@${handle(person(target.slice(1)))}` : whole;
    if (target.startsWith("#")) return `#${channel(target.slice(1))?.name ?? label}`;
    if (target.startsWith("!subteam^")) return `@${group(target.slice(9))?.handle ?? label}`;
    if (target.startsWith("!")) return `@${target.slice(1)}`;
    return target;
  }));
}

function stop() {
  state.editing = null;
  changed();
  document.querySelector("#composer textarea")?.focus();
}

async function save(message, text) {
  if (text === "") return remove(message);
  try {
    await post("edit", { as: state.me.name, in: here()?.id ?? state.place.in, ts: message.ts, text: literal(text) });
    stop();
  } catch (error) {
    toast(sentence(error));
  }
  return refresh("messages", "thread");
}

/** The field that stands in a message's place while it is edited. */
export function editor(message) {
  const field = h("textarea", { "aria-label": "Edit the message", rows: 1, class: "edit-field" });
  field.value = typed(message.text);
  const done = () => save(message, field.value.trim());
  field.onkeydown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") stop();
    else if (event.key === "Enter" && !event.shiftKey) done();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  setTimeout(() => {
    if (!field.isConnected || field.contains(document.activeElement)) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
  return h("div", { class: "edit", key: "edit", keep: `edit ${message.ts}` }, field,
    h("div", { class: "edit-tools" },
      h("button", { type: "button", class: "btn", on: { click: stop } }, "Cancel"),
      h("button", { type: "button", class: "btn primary filled", on: { click: done } }, "Save")));
}

/** Ask, then take a message away. */
export async function remove(message) {
  const sure = await ask({
    title: "Delete message", danger: true, button: "Delete",
    body: [h("p", {}, "Delete this message? This cannot be undone."), h("div", { class: "clamp quoted" }, message.plain)],
  });
  if (!sure) return;
  try {
    await post("delete", { as: state.me.name, in: here()?.id ?? state.place.in, ts: message.ts });
  } catch (error) {
    toast(sentence(error));
  }
  state.editing = null;
  refresh("messages", "thread", "channels");
}
