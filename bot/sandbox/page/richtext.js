/** The `rich_text` block: sections, lists, quotes and preformatted text as nodes. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcast, channelMention, groupMention, link, userMention } from "./mrkdwn.js";
import { state } from "./store.js";
import { slackDate } from "./time.js";

/** A rich_text block's parts as an array of nodes. */
export function richText(block) {
  return (block.elements ?? []).map(partNode);
}

function partNode(part) {
  switch (part.type) {
    case "rich_text_list":
      return h(part.style === "ordered" ? "ol" : "ul", {
        class: `indent-${Math.min(part.indent ?? 0, 6)}`,
        start: part.style === "ordered" && part.offset ? part.offset + 1 : undefined,
      }, part.elements.map((each) => h("li", {}, inlineNodes(each.elements))));
    case "rich_text_preformatted":
      return h("pre", {}, inlineNodes(part.elements));
    case "rich_text_quote":
      return h("blockquote", {}, inlineNodes(part.elements));
    default:
      return h("div", { class: "rich-section" }, inlineNodes(part.elements ?? []));
  }
}

function inlineNodes(elements) {
  return elements.map((element) => styled(leaf(element), element.style));
}

function leaf(element) {
  switch (element.type) {
    case "text": return element.text;
    case "link": return link(element.url, element.text);
    case "user": return userMention(element.user_id);
    case "channel": return channelMention(element.channel_id);
    case "usergroup": return groupMention(element.usergroup_id);
    case "broadcast": return broadcast(element.range);
    case "emoji": {
      const code = `:${element.name}:`;
      return h("span", { class: "emoji", title: code }, emoji(element.name) ?? code);
    }
    case "date": return h("time", {}, slackDate(element.timestamp, element.format, state.me?.tz));
    case "color": return h("code", {}, element.value);
    default: return element.text ?? "";
  }
}

function styled(node, style = {}) {
  const tags = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}
