/** The field at the bottom: messages, slash commands, mentions and the app's global shortcuts. */

import { sentence, shortcut } from "./actions.js";
import { post, Refused } from "./api.js";
import { h } from "./dom.js";
import { editLast } from "./edit.js";
import { membership } from "./head.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { literal } from "./outgoing.js";
import { here, isBotPlace, notice, partner, refresh, state } from "./store.js";
import { suggestions } from "./suggest.js";

const drafts = new Map(); // what was typed and not sent, by person, place and thread

/** The composer of the place on screen, or of its open thread. */
export function composer({ thread = null } = {}) {
  const channel = here();
  if (channel?.archived) return closed(`#${channel.name} is archived: nothing can be said here.`);
  if (channel?.member === false) {
    const join = { type: "button", class: "btn primary filled", on: { click: () => membership("join", channel) } };
    return closed(`You are not in #${channel.name}.`, h("button", join, "Join channel"));
  }
  if (state.place.tab.startsWith("canvas")) return null;
  if (state.missing || (isBotPlace() && state.place.tab === "home" && !thread)) return null;
  return form(thread);
}

function closed(words, button) {
  return h("div", { class: "composer-closed", key: "closed" }, h("span", {}, words), button);
}

function label(thread) {
  if (thread) return "Reply in thread";
  const other = partner();
  return `Message ${other ? other.real_name || other.name : state.place.in}`;
}

function form(thread) {
  const shelf = [state.me.name, state.place.in, thread].join(" ");
  const words = label(thread);
  const field = h("textarea", { rows: 1, "aria-label": words, placeholder: words, autocomplete: "off", spellcheck: "true" });
  field.value = drafts.get(shelf) ?? "";
  const help = suggestions(field);
  const sending = () => submit(field, thread, help);
  field.oninput = () => {
    drafts.set(shelf, field.value);
    grow(field);
    help.show();
  };
  field.onkeydown = (event) => {
    if (event.isComposing || help.takes(event)) return;
    if (event.key === "ArrowUp" && field.value === "" && editLast(thread ? state.thread : state.messages)) {
      event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    sending();
  };
  field.onblur = () => help.hide();
  return h("form", {
    class: "composer", key: shelf, keep: shelf,
    on: {
      submit(event) {
        event.preventDefault();
        sending();
        field.focus();
      },
    },
  },
  help.node,
  h("div", { class: "composer-box" }, field, h("div", { class: "composer-tools" },
    !thread && h("button", {
      type: "button", class: "ghost square", "aria-label": "Shortcuts", title: "Shortcuts",
      on: { click: (event) => globalShortcuts(event.currentTarget) },
    }, icon("bolt")),
    h("span", { class: "composer-hint" }, "Enter sends, Shift+Enter starts a line"),
    h("button", { class: "send", "aria-label": "Send", title: "Send" }, icon("send")))));
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function globalShortcuts(anchor) {
  const own = state.app.shortcuts.filter((each) => each.type === "global");
  const items = own.map((each) => ({
    label: each.name, hint: each.description, icon: icon("bolt"), run: () => shortcut(each, { in: here()?.id }),
  }));
  openMenu(anchor, "Shortcuts", items.length ? [state.app.app.name, ...items] : ["The app has no shortcuts"]);
}

async function submit(field, thread, help) {
  const typed = field.value.trim();
  if (!typed) return;
  const set = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
    help.hide();
  };
  set("");
  try {
    await (/^\/\S/.test(typed) ? command(typed, thread) : say(typed, thread));
  } catch (error) {
    if (!field.value) set(typed);
    notice(sentence(error));
  }
  refresh("messages", "channels", "views", ...(thread ? ["thread"] : []));
}

async function say(typed, thread) {
  const scroller = document.getElementById("messages");
  if (!thread) scroller.scrollTop = scroller.scrollHeight;
  await post("post", { as: state.me.name, in: state.place.in, text: literal(typed), thread_ts: thread ?? undefined });
}

/** Slack has no commands in threads; a command that nobody acknowledged is told by the sandbox as a notice. */
async function command(typed, thread) {
  if (thread) throw new Refused(`${typed.split(" ")[0]} cannot be used in a thread. Use it in the channel.`);
  await post("command", { as: state.me.name, in: state.place.in, text: literal(typed) });
}
