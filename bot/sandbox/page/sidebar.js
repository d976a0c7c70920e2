/** The left side: the workspace, who you are, channels, DMs and the app. */

import { sentence } from "./actions.js";
import { post } from "./api.js";
import { ask, stopAsking } from "./ask.js";
import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { choosePerson } from "./people.js";
import { presence } from "./presence.js";
import { go } from "./places.js";
import { here, isBotPlace, placeOf, refresh, state } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { toast } from "./toast.js";
import { isUnread } from "./unread.js";

/** The sidebar's content. */
export function sidebar() {
  const mine = state.channels.filter((each) => each.kind !== "im" && each.member !== false && !each.archived);
  const bot = state.app.app.name;
  return [
    h("div", { class: "side-head" }, h("h1", {}, state.app.team.name), h("span", { class: "muted" }, "on this machine")),
    h("button", {
      type: "button", class: "me", "aria-haspopup": "menu", on: { click: (event) => choosePerson(event.currentTarget) },
    },
    avatar(state.me, "small"),
    h("span", { class: "me-name" }, h("small", {}, "You are "), state.me.real_name || state.me.name),
    state.me.dnd && presence(state.me), icon("down")),
    h("button", { type: "button", class: "side-search", "aria-keyshortcuts": "Control+K", on: { click: openSwitcher } },
      icon("search"), h("span", {}, "Go to…"), h("kbd", {}, "Ctrl K")),
    h("div", { class: "side-scroll", on: { keydown: arrows } },
      group("Channels", mine.sort(byName).map(channelLink),
        h("button", { type: "button", class: "side-item add", on: { click: browse } }, icon("plus"), "Add channels")),
      group("Direct messages", people().map(personLink)),
      group("Apps", [appLink(bot)])),
    connection(bot),
  ];
}

/** Up and down walk through the places, as in any list. */
function arrows(event) {
  const items = [...event.currentTarget.querySelectorAll(".side-item")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  items.at(next % items.length)?.focus();
  event.preventDefault();
}

function byName(one, other) {
  return one.name.localeCompare(other.name);
}

function group(title, items, last) {
  return h("section", { key: title, class: "side-group", "aria-label": title }, h("h2", {}, title),
    h("ul", {}, items.map((each) => h("li", { key: each.key }, each)), last && h("li", { key: "+" }, last)));
}

function item(place, { unread, mentions, active, mark, label, after }) {
  return h("a", {
    class: ["side-item", unread && "unread", active && "active"].filter(Boolean).join(" "), key: place,
    href: `?as=${state.me.name}&in=${encodeURIComponent(place)}`, "data-place": place,
    "aria-current": active ? "page" : undefined,
  }, mark, h("span", { class: "side-label" }, label), after,
  unread && mentions > 0 && h("span", { class: "count" }, String(mentions), h("span", { class: "sr" }, " unread mentions")),
  unread && !mentions && h("span", { class: "dot" }, h("span", { class: "sr" }, "unread")));
}

function channelLink(each) {
  return item(placeOf(each), {
    unread: isUnread(each), mentions: each.mentions, active: here()?.id === each.id,
    mark: each.private ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#"), label: each.name,
  });
}

function people() {
  return state.people.filter((each) => !each.is_bot && !each.deactivated && each.name !== state.me.name);
}

function dm(name) {
  return state.channels.find((each) => each.kind === "im" && each.with === name);
}

function personLink(each) {
  const open = dm(each.name);
  return item(`@${each.name}`, {
    unread: open && isUnread(open), mentions: open?.mentions, active: state.place.in === `@${each.name}`,
    mark: avatar(each, "tiny"), label: [each.real_name || each.name, from(each)], after: presence(each),
  });
}

/** Guests and people of other companies say so. */
function from(each) {
  const words = each.organization ?? (each.guest ? "guest" : null);
  return words && h("small", { class: "from" }, ` ${words}`);
}

function appLink(bot) {
  const open = dm(bot);
  return item(`@${bot}`, {
    unread: open && isUnread(open), mentions: open?.mentions, active: isBotPlace(),
    mark: avatar({ id: state.app.app.user_id }, "tiny"), label: bot,
  });
}

function connection(bot) {
  const count = state.app.connections;
  const text = !state.linked ? "The sandbox does not answer; trying again…"
    : count ? `${bot} is connected` : `${bot} is not connected: start the bot`;
  return h("p", { class: state.linked && count ? "side-foot on" : "side-foot off", role: "status" }, text);
}

/** The channels that can be joined, and a form for a new one. */
function browse() {
  const others = state.channels.filter((each) => each.kind === "channel" && each.member === false && !each.archived);
  const enter = (each) => async () => {
    await done("join", { in: each.id }, placeOf(each));
    stopAsking();
  };
  ask({
    title: "Add channels", button: "Create",
    body: [others.length > 0 && h("ul", { class: "plain-list" }, others.map((each) => joinRow(each, enter(each)))), newChannel()],
    submit(form) {
      const name = form.elements.channel.value.trim().replace(/^#/, "");
      return done("channels", { name, private: form.elements.private.checked }, `#${name}`);
    },
  });
}

function joinRow(each, enter) {
  const join = { type: "button", class: "btn", "aria-label": `Join #${each.name}`, on: { click: enter } };
  return h("li", { class: "row" }, h("span", {}, `#${each.name}`), h("button", join, "Join"));
}

function newChannel() {
  return [
    h("label", { class: "label", for: "new-channel" }, "New channel's name"),
    h("input", {
      id: "new-channel", name: "channel", required: true, autocomplete: "off", placeholder: "such as checkout-team",
      maxlength: 80,
    }),
    h("div", { class: "tick" },
      h("input", { type: "checkbox", id: "new-private", name: "private" }),
      h("label", { for: "new-private" }, "Private: only the people added see it")),
  ];
}

async function done(call, body, place) {
  try {
    await post(call, { as: state.me.name, ...body });
  } catch (error) {
    toast(sentence(error));
    return false;
  }
  await refresh("channels");
  go(place);
  return true;
}
