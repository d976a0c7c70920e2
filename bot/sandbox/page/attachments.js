/** Legacy attachments: the coloured bar that monitoring tools still post. */

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { decoded, link, mrkdwn, withEmoji } from "./mrkdwn.js";
import { state } from "./store.js";
import { slackDate } from "./time.js";

const COLOURS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

/** A message's attachments as nodes. */
export function attachments(list, ctx) {
  return list.map((each, at) => attachment(each, { ...ctx, prefix: `${ctx.prefix}-a${at}` }));
}

function linked(text, address) {
  return address ? link(address, decoded(text)) : plain(text);
}

function plain(text) {
  return withEmoji(decoded(text));
}

function attachment(each, ctx) {
  const asMrkdwn = (text, name) => (each.mrkdwn_in && !each.mrkdwn_in.includes(name) ? plain(text) : mrkdwn(text));
  const node = h("div", { class: "attachment" },
    each.pretext && h("div", { class: "mrkdwn pretext" }, asMrkdwn(each.pretext, "pretext")),
    h("div", { class: "attachment-body" },
      each.author_name && h("div", { class: "author" }, linked(each.author_name, each.author_link)),
      each.title && h("div", { class: "title" }, linked(each.title, each.title_link)),
      each.text && h("div", { class: "mrkdwn" }, asMrkdwn(each.text, "text")),
      each.fields && h("div", { class: "fields" }, each.fields.map((field) => h("div", { class: field.short ? "" : "wide" },
        h("b", {}, plain(field.title ?? "")),
        h("div", { class: "mrkdwn" }, asMrkdwn(String(field.value ?? ""), "fields"))))),
      each.blocks && blocks(each.blocks, ctx),
      !each.text && !each.blocks && !each.title && each.fallback && h("div", {}, plain(each.fallback)),
      footer(each)));
  const colour = COLOURS[each.color] ?? (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : "");
  node.querySelector(".attachment-body").style.borderLeftColor = colour;
  return node;
}

function footer(each) {
  if (!each.footer && !each.ts) return null;
  const when = each.ts ? slackDate(Number(each.ts), "{date_short_pretty} {time}", state.me?.tz) : null;
  const parts = [each.footer && plain(each.footer), when].filter(Boolean);
  return h("div", { class: "muted small" }, parts.flatMap((part, at) => (at ? [" | ", part] : part)));
}
