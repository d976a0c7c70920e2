/** Who is speaking, as a picture: initials on a colour of their own, or the app's bell. */

import { h } from "./dom.js";
import { state } from "./store.js";

const COLOURS = 8; // avatar-0 … avatar-7 in style.css

function colour(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % COLOURS;
}

/** "Ana Ruiz" → "AR", "bob" → "B". */
function initials(name) {
  const words = name.trim().split(/[\s._-]+/);
  return (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 1)).toUpperCase();
}

/** A person's, the app's or another bot's avatar; `size` is "tiny", "small" or "usual". */
export function avatar(person, size = "usual") {
  const shape = `avatar ${size}`;
  if (person?.id && person.id === state.app.app.user_id) return h("img", { class: shape, src: "/page/tocsin.svg", alt: "" });
  const name = person?.real_name || person?.name || "?";
  return h("span", { class: `${shape} avatar-${colour(name)}`, "aria-hidden": "true" }, initials(name));
}
