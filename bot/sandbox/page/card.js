/** Who somebody is, and who is in a group: the card that opens at a name or mention. */

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { closeMenu, openPopup } from "./menu.js";
import { zone } from "./people.js";
import { go } from "./places.js";
import { presence } from "./presence.js";
import { handle, state } from "./store.js";
import { clock } from "./time.js";

/** The card of a person or user group, at what was clicked. */
export function openCard(anchor, about) {
  const label = about.handle ? `@${about.handle}` : about.real_name || about.name;
  openPopup(anchor, { role: "dialog", label }, about.handle ? groupCard(about) : personCard(about));
}

function standing(each) {
  if (each.deactivated) return "Deactivated";
  if (each.organization) return `From ${each.organization}`;
  return each.guest ? "Guest" : null;
}

function personCard(each) {
  const now = Date.now() / 1000;
  const groups = state.groups.filter((one) => !one.disabled && one.members.includes(each.name));
  return h("div", { class: "card" },
    h("div", { class: "card-head" }, avatar(each), h("div", {},
      h("b", {}, each.real_name || each.name), " ", presence(each), each.is_bot && h("span", { class: "badge" }, "APP"),
      h("div", { class: "muted" }, `@${handle(each)}`))),
    !each.is_bot && h("p", {}, `${clock(now, each.tz)} in ${zone(each.tz)}`, each.dnd && " · notifications paused", each.away && " · away"),
    standing(each) && h("p", {}, standing(each)),
    groups.length > 0 && h("p", {}, "In ", groups.map((one) => `@${one.handle}`).join(", ")),
    each.name !== state.me.name && !each.deactivated && message(each));
}

function message(each) {
  const start = () => {
    closeMenu();
    go(`@${handle(each)}`);
  };
  return h("button", { type: "button", class: "btn", on: { click: start } }, "Message");
}

function groupCard(group) {
  const members = group.members.map((name) => state.people.find((each) => each.name === name) ?? { name });
  return h("div", { class: "card" },
    h("div", {}, h("b", {}, group.name), h("div", { class: "muted" }, `@${group.handle}`, group.disabled && " · disabled")),
    group.description && h("p", {}, group.description),
    h("ul", { class: "plain-list" }, members.map((each) => h("li", { class: "row start" }, avatar(each, "tiny"),
      h("span", {}, each.real_name || each.name), presence(each)))),
    members.length === 0 && h("p", { class: "muted" }, "Nobody is in it yet."));
}
