/** Whether somebody is there and may be disturbed, as a small mark beside their name. */

import { h } from "./dom.js";

/** Present, away, or silent ("z"): a mark with words for those who cannot see it. */
export function presence(person) {
  if (!person || person.is_bot) return null;
  if (person.dnd) return h("span", { class: "presence dnd", title: "Notifications are paused" }, "z", said(", notifications paused"));
  if (person.away) return h("span", { class: "presence away", title: "Away" }, said(", away"));
  return h("span", { class: "presence", title: "Active" });
}

function said(words) {
  return h("span", { class: "sr" }, words);
}
