/** One message: who, when, what, its reactions, its thread and what a person can do with it. */

import { sentence, shortcut } from "./actions.js";
import { post } from "./api.js";
import { attachments } from "./attachments.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { openCard } from "./card.js";
import { h } from "./dom.js";
import { editor, isOwn, remove, startEditing } from "./edit.js";
import { emoji, OFFERED } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { closeMenu, openMenu, openPopup } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { openThread } from "./places.js";
import { presence } from "./presence.js";
import { here, person, refresh, state } from "./store.js";
import { clock, moment, slackDate } from "./time.js";
import { toast } from "./toast.js";

const hidden = new Set(); // ephemeral messages that their reader has dismissed

/** Whether an ephemeral message was dismissed here. */
export function isDismissed(message) {
  return hidden.has(message.ts);
}

/**
 * A message as a list item. `follows`: the same person spoke just before, so name and avatar are left out.
 * `pane`: "main" or "thread", which makes ids differ where a message is shown twice.
 */
export function messageNode(message, { follows = false, pane = "main" } = {}) {
  const author = authorOf(message);
  const at = Number(message.ts);
  const kind = ["message", follows && "follows", message.ephemeral && "ephemeral", message.pinned && "pinned"];
  return h("div", {
    class: kind.filter(Boolean).join(" "), role: "listitem", key: message.ts, "data-ts": message.ts,
    "data-surface": "message", surface: { in: here()?.id ?? state.place.in, ts: message.ts },
  },
  flags(message),
  h("div", { class: "message-row" },
    follows ? h("time", { class: "gutter" }, clock(at, state.me.tz)) : avatar(author),
    h("div", { class: "message-main" },
      !follows && h("div", { class: "message-head" },
        nameOf(author), author.app && h("span", { class: "badge" }, "APP"), author.known?.dnd && presence(author.known),
        h("time", { title: slackDate(at, "{date_long} {time_secs}", state.me.tz) }, clock(at, state.me.tz))),
      state.editing === message.ts && isOwn(message) ? editor(message) : content(message, pane), reactions(message), pane === "main" && replies(message))),
  !message.local && toolbar(message, pane));
}

/** A name opens the card of whom it names. */
function nameOf(author) {
  const words = author.real_name || author.name;
  if (!author.known) return h("span", { class: "name" }, words);
  const open = (event) => openCard(event.currentTarget, author.known);
  return h("button", { type: "button", class: "name", on: { click: open } }, words);
}

function authorOf(message) {
  if (message.local) return { id: "slackbot", name: "Slackbot", app: true };
  const known = person(message.user_id);
  const override = message.subtype === "bot_message" || !known;
  const name = (override && message.bot_name) || known?.real_name || known?.name || message.bot_name || message.user;
  return { id: override ? undefined : known.id, name, app: Boolean(known?.is_bot || message.bot_name), known: override ? undefined : known };
}

/** Whether two messages are by the same author, for grouping. */
export function sameAuthor(one, other) {
  return authorOf(one).name === authorOf(other).name;
}

function flags(message) {
  const dismiss = () => {
    hidden.add(message.ts);
    refresh("messages");
  };
  if (message.ephemeral) {
    return h("div", { class: "flag" }, icon("eye"), h("span", {}, "Only visible to you"), " · ",
      h("button", { type: "button", class: "linklike", on: { click: message.local?.dismiss ?? dismiss } }, "Dismiss message"));
  }
  return message.pinned ? h("div", { class: "flag pin" }, icon("pin"), h("span", {}, "Pinned")) : null;
}

function content(message, pane) {
  const ctx = { prefix: `${pane}-${message.ts.replace(".", "-")}` };
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  const shown = message.blocks?.length && !isTyped(message)
    ? h("div", { class: "blocks" }, blocks(message.blocks, ctx), edited)
    : h("div", { class: "mrkdwn" }, mrkdwn(message.text ?? ""), edited && [" ", edited]);
  const system = /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive)$/.test(message.subtype ?? "");
  return h("div", { class: system ? "content system" : "content" }, shown,
    message.attachments?.length ? attachments(message.attachments, ctx) : null,
    message.files?.map(fileCard));
}

/** What a person typed comes with a rich_text copy of its text; the text itself says more. */
function isTyped(message) {
  return !authorOf(message).app && message.text && message.blocks.every((block) => block.type === "rich_text");
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((each) => {
    const names = each.users.map((user) => person(user)?.name ?? user);
    const mine = names.includes(state.me.name);
    return h("button", {
      type: "button", class: mine ? "reaction mine" : "reaction", key: each.name, title: `${names.join(", ")} :${each.name}:`,
      "aria-pressed": String(mine), "aria-label": `${each.name}, ${names.length} by ${names.join(", ")}`,
      on: { click: () => react(message, each.name, mine) },
    }, h("span", { class: "emoji" }, emoji(each.name) ?? `:${each.name}:`), h("span", {}, String(names.length)));
  }), h("button", {
    type: "button", class: "reaction add", "aria-label": "Add reaction",
    on: { click: (event) => pickReaction(event.currentTarget, message) },
  }, icon("smile")));
}

function replies(message) {
  if (!message.reply_count) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const last = message.latest_reply && `Last reply ${moment(Number(message.latest_reply), state.me.tz)}`;
  return h("button", { type: "button", class: "replies", on: { click: () => openThread(message.thread_ts ?? message.ts) } },
    h("b", {}, count), last && h("span", { class: "muted" }, last));
}

async function change(call, body) {
  try {
    await post(call, { as: state.me.name, in: here()?.id ?? state.place.in, ...body });
  } catch (error) {
    toast(sentence(error));
  }
  refresh("messages", "thread", "channels");
}

function react(message, name, remove) {
  return change("react", { ts: message.ts, name, remove });
}

/** The emoji to react with: those people use, or any by its name. */
function pickReaction(anchor, message) {
  const choose = (name) => {
    closeMenu();
    react(message, name.replaceAll(":", "").trim(), false);
  };
  openPopup(anchor, { role: "dialog", label: "Add reaction" }, h("form", {
    class: "emoji-picker",
    on: {
      submit(event) {
        event.preventDefault();
        const typed = event.currentTarget.elements.name.value;
        if (typed.trim()) choose(typed);
      },
    },
  },
  h("div", { class: "emoji-grid" }, OFFERED.map((name) => (
    h("button", { type: "button", "aria-label": name, title: `:${name}:`, on: { click: () => choose(name) } }, emoji(name))
  ))),
  h("input", { name: "name", placeholder: "or a name, such as eyes", "aria-label": "Emoji name", autocomplete: "off" })));
}

function toolbar(message, pane) {
  const tool = (label, drawing, run) => h("button", {
    type: "button", "aria-label": label, title: label, on: { click: (event) => run(event.currentTarget) },
  }, icon(drawing));
  const more = (anchor) => openMenu(anchor, "More actions", moreItems(message, anchor));
  if (message.ephemeral) return null;
  return h("div", { class: "toolbar" },
    tool("Add reaction", "smile", (anchor) => pickReaction(anchor, message)),
    pane === "main" && tool("Reply in thread", "reply", () => openThread(message.thread_ts ?? message.ts)),
    isOwn(message) && tool("Edit message", "edit", () => startEditing(message)),
    tool("More actions", "dots", more));
}

function moreItems(message, anchor) {
  const target = { in: here()?.id ?? state.place.in, ts: message.ts };
  const own = state.app.shortcuts.filter((each) => each.type === "message");
  return [
    { label: "Add reaction…", icon: icon("smile"), run: () => pickReaction(anchor, message) },
    { label: "Reply in thread", icon: icon("reply"), run: () => openThread(message.thread_ts ?? message.ts) },
    message.pinned
      ? { label: "Unpin from this conversation", icon: icon("pin"), run: () => change("pin", { ts: message.ts, remove: true }) }
      : { label: "Pin to this conversation", icon: icon("pin"), run: () => change("pin", { ts: message.ts }) },
    ...(isOwn(message) ? [
      { label: "Edit message", icon: icon("edit"), run: () => startEditing(message) },
      { label: "Delete message…", icon: icon("trash"), danger: true, run: () => remove(message) },
    ] : []),
    ...(own.length ? [state.app.app.name] : []),
    ...own.map((each) => ({ label: each.name, icon: icon("bolt"), run: () => shortcut(each, target) })),
  ];
}
