/** A conversation from its first day to its last message, and what to do when there is none. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { isDismissed, messageNode, sameAuthor } from "./message.js";
import { changed, here, isBotPlace, partner, refresh, state } from "./store.js";
import { day, dayLabel } from "./time.js";

const TOGETHER = 300; // seconds within which one author's messages share a head
const MORE = 200; // messages that a person gets when they ask for earlier ones

/** The messages of the place on screen. */
export function conversation() {
  if (state.messages === null) return h("p", { class: "empty muted", key: "loading" }, "Loading…");
  const all = [...topLevel(state.messages), ...slackbot()].sort((one, other) => one.ts - other.ts);
  return [
    jumpToUnread(),
    state.messages.length >= state.count ? earlier() : beginning(all.length === 0),
    h("div", { role: "list", class: "list", key: "list" }, rows(all, "main")),
  ];
}

/** A thread: its first message and the answers. */
export function threadRows() {
  const all = state.thread ?? [];
  const [first, ...answers] = all;
  if (!first) return h("p", { class: "empty muted" }, "Loading…");
  const count = answers.length;
  return h("div", { role: "list", class: "list" }, messageNode(first, { pane: "thread" }),
    h("div", { class: "divider", key: "count", role: "presentation" },
      h("span", {}, count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet")),
    rows(answers, "thread", false));
}

/** Answers in a thread stay there, unless they were also sent to the channel. */
function topLevel(messages) {
  const isAnswer = (each) => each.thread_ts && each.thread_ts !== each.ts && each.subtype !== "thread_broadcast";
  return messages.filter((each) => !isDismissed(each) && !isAnswer(each));
}

function slackbot() {
  const isHere = (each) => !each.channel || each.channel === here()?.id;
  const mine = state.notices.filter((each) => each.as === state.me.name && isHere(each));
  return mine.map((each) => ({
    ts: each.at.toFixed(6), text: each.text, ephemeral: true, user: "Slackbot",
    local: {
      dismiss() {
        state.notices.splice(state.notices.indexOf(each), 1);
        changed();
      },
    },
  }));
}

function rows(messages, pane, dividers = true) {
  const { tz } = state.me;
  const fresh = dividers ? firstNew(messages) : undefined;
  return messages.flatMap((message, at) => {
    const before = messages[at - 1];
    const newDay = !before || day(before.ts, tz) !== day(message.ts, tz);
    const isNew = fresh !== undefined && message === fresh;
    const node = messageNode(message, { follows: !newDay && !isNew && follows(before, message), pane });
    return [newDay && dividers && divider(message.ts, tz), isNew && newLine(), node];
  });
}

/** The first message that the person had not read when they came here. */
function firstNew(messages) {
  const { since, count } = state.unread;
  if (!count || state.unread.in !== state.place.in) return undefined;
  return messages.find((each) => each.ts > since && each.user_id !== state.me.id && !each.ephemeral);
}

function newLine() {
  return h("div", { class: "divider new", key: "new", role: "separator", "aria-label": "New messages" }, h("span", {}, "New"));
}

/** The way up to what is new, while that line is above the window. */
function jumpToUnread() {
  const { count } = state.unread;
  if (!count || state.unread.in !== state.place.in) return null;
  const words = `${count >= 100 ? "99+" : count} new ${count === 1 ? "message" : "messages"}`;
  return h("div", { class: "unread-bar", key: "unread-bar", hidden: !state.unread.above },
    h("button", { type: "button", class: "pill", on: { click: showNew } }, "↑ ", words),
    h("button", { type: "button", class: "pill", "aria-label": "Close the note of new messages", on: { click: forgetNew } }, icon("close")));
}

async function showNew() {
  if (!document.querySelector("#messages .divider.new") || state.messages.length >= state.count) await moreMessages();
  document.querySelector("#messages .divider.new")?.scrollIntoView({ block: "center" });
}

export function forgetNew() {
  state.unread = { count: 0 };
  changed();
}

/** Ask for earlier messages and wait until they are drawn. */
export async function moreMessages() {
  state.count += MORE;
  await refresh("messages");
  await new Promise((done) => { setTimeout(done, 50); });
}

function follows(before, message) {
  const plain = !message.ephemeral && !before.ephemeral && !message.pinned && !before.reply_count;
  return plain && sameAuthor(before, message) && message.ts - before.ts < TOGETHER;
}

function divider(ts, tz) {
  return h("div", { class: "divider day", key: `day ${day(ts, tz)}`, role: "presentation" },
    h("span", {}, dayLabel(Number(ts), tz)));
}

function earlier() {
  return h("button", {
    type: "button", class: "btn earlier", key: "earlier",
    on: { click: moreMessages },
  }, "Show earlier messages");
}

/** What a newcomer could type here, from the app's own commands. */
export function example() {
  const declares = state.app.commands.find((each) => /declare/.test(`${each.usage_hint} ${each.description}`));
  const first = declares ?? state.app.commands[0];
  if (!first) return null;
  return declares ? `${first.command} declare Checkout is down` : `${first.command} help`;
}

function beginning(empty) {
  const typed = example();
  const [title, ...lines] = openingWords();
  const hint = empty && !state.missing && typed && h("p", {}, "Type ", h("code", {}, typed), " and press Enter.");
  return h("div", { class: "empty", key: "top" }, h("h3", {}, title), lines.map((line) => h("p", {}, line)), hint);
}

function openingWords() {
  if (state.missing) return ["This place cannot be shown", state.missing, "Choose another in the sidebar."];
  const bot = state.app.app.name;
  if (isBotPlace()) return [bot, `This is where ${bot} writes to you alone. When you are paged, you read it here.`];
  const other = partner();
  if (other) return [other.real_name || other.name, `Only you and @${other.name} read this.`];
  const name = here()?.name ?? state.place.in.replace(/^#/, "");
  return [`#${name}`, `This is the very beginning of #${name}${here()?.private ? ", a private channel" : ""}.`];
}
