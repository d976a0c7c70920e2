/** Legacy attachments: the coloured bar that monitoring tools still post. */

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { link, mrkdwn, withEmoji } from "./mrkdwn.js";
import { state } from "./store.js";
import { slackDate } from "./time.js";

const COLOURS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

/** A message's attachments as nodes. */
export function attachments(list, ctx) {
  return list.map((each, at) => attachment(each, { ...ctx, prefix: `${ctx.prefix}-a${at}` }));
}

function attachment(each, ctx) {
  const asMrkdwn = (text, name) => (each.mrkdwn_in && !each.mrkdwn_in.includes(name) ? withEmoji(text) : mrkdwn(text));
  const node = h("div", { class: "attachment" },
    each.pretext && h("div", { class: "mrkdwn pretext" }, asMrkdwn(each.pretext, "pretext")),
    h("div", { class: "attachment-body" },
      each.author_name && h("div", { class: "author" }, each.author_link ? link(each.author_link, each.author_name) : each.author_name),
      each.title && h("div", { class: "title" }, each.title_link ? link(each.title_link, each.title) : withEmoji(each.title)),
      each.text && h("div", { class: "mrkdwn" }, asMrkdwn(each.text, "text")),
      each.fields && h("div", { class: "fields" }, each.fields.map((field) => h("div", { class: field.short ? "" : "wide" },
        h("b", {}, field.title), h("div", { class: "mrkdwn" }, asMrkdwn(String(field.value ?? ""), "fields"))))),
      each.blocks && blocks(each.blocks, ctx),
      !each.text && !each.blocks && !each.title && each.fallback && h("div", {}, each.fallback),
      footer(each)));
  const colour = COLOURS[each.color] ?? (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : "");
  node.querySelector(".attachment-body").style.borderLeftColor = colour;
  return node;
}

function footer(each) {
  if (!each.footer && !each.ts) return null;
  const when = each.ts ? slackDate(Number(each.ts), "{date_short_pretty} {time}", state.me?.tz) : null;
  return h("div", { class: "muted small" }, [each.footer && withEmoji(each.footer), when].filter(Boolean).flatMap((part, at) => (at ? [" | ", part] : part)));
}
