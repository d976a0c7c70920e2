/** The top of a conversation: its name, topic, members, pins and bookmarks; for the app, its tabs. */

import { sentence } from "./actions.js";
import { get, post } from "./api.js";
import { ask, stopAsking } from "./ask.js";
import { avatar } from "./avatar.js";
import { canvases } from "./canvas.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { moreMessages } from "./list.js";
import { openMenu } from "./menu.js";
import { link, mrkdwn } from "./mrkdwn.js";
import { go } from "./places.js";
import { presence } from "./presence.js";
import { handle, here, isBotPlace, partner, refresh, state } from "./store.js";
import { clock } from "./time.js";
import { toast } from "./toast.js";

/** The head's content. */
export function head() {
  const channel = here();
  return [
    h("div", { class: "head-row" },
      tool("Open the sidebar", "drawer-button", () => document.body.classList.toggle("drawer-open"), icon("menu")),
      h("div", { class: "head-words" }, title(channel),
        channel?.topic && h("span", { class: "topic", title: channel.topic }, mrkdwn(channel.topic))),
      channel && channel.kind !== "im" && tools(channel)),
    tabs(),
    channel?.bookmarks?.length ? bookmarks(channel) : null,
  ];
}

function tool(label, kind, run, ...content) {
  return h("button", {
    type: "button", class: `ghost ${kind}`, "aria-label": label, title: label,
    on: { click: (event) => run(event.currentTarget) },
  }, content);
}

function title(channel) {
  const other = partner();
  if (other) return h("h2", {}, avatar(other, "tiny"), h("span", {}, other.real_name || other.name), aside(other));
  const mark = channel?.private ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#");
  return h("h2", {}, mark, h("span", {}, channel?.name ?? state.place.in.replace(/^#/, "")));
}

function aside(other) {
  if (other.is_bot) return h("span", { class: "badge" }, "APP");
  const paused = other.dnd ? " · notifications paused" : other.away ? " · away" : "";
  return [presence(other), h("span", { class: "muted small" }, `${clock(Date.now() / 1000, other.tz)} there${paused}`)];
}

function tools(channel) {
  const pins = channel.pins.length;
  const members = channel.members.length;
  return h("div", { class: "head-tools" },
    pins > 0 && tool(`${pins} pinned`, "", () => showPins(channel), icon("pin"), String(pins)),
    tool(`${members} members`, "", () => showMembers(channel), icon("people"), String(members)),
    tool("Channel actions", "square", (anchor) => channelMenu(anchor, channel), icon("dots")));
}

function tabs() {
  const names = isBotPlace() ? [["home", "Home"], ["messages", "Messages"]]
    : [["messages", "Messages"], ...canvases().map((each) => [`canvas-${each.id}`, each.home ? "Canvas" : each.title])];
  if (names.length < 2) return null;
  const tab = (name, words) => h("button", {
    type: "button", role: "tab", "aria-selected": String(state.place.tab === name), class: "tab",
    on: { click: () => go(state.place.in, { tab: name }) },
  }, words);
  return h("div", { class: "tabs", role: "tablist", "aria-label": here()?.name ?? state.app.app.name, on: { keydown: tabKeys } },
    names.map(([name, words]) => tab(name, words)));
}

/** Left and right go from tab to tab. */
function tabKeys(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const all = [...event.currentTarget.children];
  const at = all.indexOf(document.activeElement);
  if (!step || at < 0) return;
  all.at((at + step) % all.length).focus();
}

function bookmarks(channel) {
  return h("nav", { class: "bookmarks", "aria-label": "Bookmarks" }, channel.bookmarks.map((each) => {
    const sign = emoji((each.emoji ?? "").replaceAll(":", ""));
    const mark = sign ? h("span", { class: "emoji", "aria-hidden": "true" }, sign) : icon("bookmark");
    return h("span", { class: "bookmark" }, mark, link(each.link, each.title));
  }));
}

function showMembers(channel) {
  const known = channel.members.map((name) => state.people.find((each) => each.name === name) ?? { name });
  ask({
    title: `People in #${channel.name}`,
    body: h("ul", { class: "plain-list" }, known.map((each) => h("li", { class: "row start" },
      avatar(each, "small"),
      h("a", { href: `?in=@${handle(each)}`, "data-place": `@${handle(each)}`, on: { click: stopAsking } },
        each.real_name || each.name),
      presence(each), h("span", { class: "muted" }, each.is_bot ? "app" : `@${each.name}`)))),
  });
}

async function showPins(channel) {
  const pinned = await get("messages", { as: state.me.name, in: channel.id, pinned: 1 });
  const jump = (ts) => async () => {
    stopAsking();
    while (!state.messages.some((each) => each.ts === ts) && state.messages.length >= state.count) await moreMessages();
    const node = document.querySelector(`#messages [data-ts="${ts}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("found");
  };
  ask({
    title: `Pinned in #${channel.name}`,
    body: h("ul", { class: "plain-list" }, pinned.map((each) => h("li", { class: "row" },
      h("div", { class: "pinned-words" },
        h("b", {}, each.bot_name ?? each.user), " ", h("span", { class: "muted small" }, clock(Number(each.ts), state.me.tz)),
        h("div", { class: "clamp" }, each.plain || each.text)),
      h("button", { type: "button", class: "btn", on: { click: jump(each.ts) } }, "Jump")))),
  });
}

function channelMenu(anchor, channel) {
  openMenu(anchor, "Channel actions", [
    channel.member === false
      ? { label: `Join #${channel.name}`, icon: icon("plus"), run: () => membership("join", channel) }
      : { label: `Leave #${channel.name}`, icon: icon("back"), danger: true, run: () => membership("leave", channel) },
    { label: "Members", icon: icon("people"), run: () => showMembers(channel) },
  ]);
}

/** Join or leave a channel as the person. */
export async function membership(call, channel) {
  try {
    await post(call, { as: state.me.name, in: channel.id });
  } catch (error) {
    toast(sentence(error));
  }
  await refresh("channels", "messages");
}
