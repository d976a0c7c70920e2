/** The `markdown` block: the common Markdown, as nodes. Outside text only ever becomes text nodes. */

import { h } from "./dom.js";
import { link, withEmoji } from "./mrkdwn.js";

const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const INLINE = /\\([!-/:-@[-`{-~])|(`+)(.+?)\2|!?\[((?:\\.|[^\]\\])*)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*(\S(?:.*?\S)?)\*|\b_(\S(?:.*?\S)?)_\b|<(https?:[^>\s]+)>/;

function inline(text) {
  const match = INLINE.exec(text);
  if (!match) return withEmoji(text);
  const [whole, escaped, , code, label, address, strong, strong2, struck, soft, soft2, bare] = match;
  const node = escaped !== undefined ? escaped : code !== undefined ? h("code", {}, code)
    : address !== undefined ? link(address, label.replace(ESCAPED, "$1"))
      : bare !== undefined ? link(bare)
        : strong ?? strong2 ? h("b", {}, inline(strong ?? strong2))
          : struck ? h("s", {}, inline(struck)) : h("i", {}, inline(soft ?? soft2));
  return [...withEmoji(text.slice(0, match.index)), node, ...inline(text.slice(match.index + whole.length))];
}

/** Each rule takes the remaining lines and answers [node, lines used], or null when it does not begin there. */
const RULES = [
  (lines) => (lines[0].trim() === "" ? [null, 1] : null),
  fence,
  (lines) => {
    const match = /^(#{1,6})\s+(.*)$/.exec(lines[0]);
    return match && [h(`h${Math.min(match[1].length + 2, 6)}`, {}, inline(match[2])), 1];
  },
  (lines) => (/^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[0]) ? [h("hr"), 1] : null),
  (lines) => run(lines, /^>\s?/, (taken) => h("blockquote", {}, markdown(taken.join("\n")))),
  table,
  (lines) => run(lines, /^\s*[-*+]\s+/, (taken) => h("ul", {}, taken.map(item))),
  (lines) => run(lines, /^\s*\d+[.)]\s+/, (taken) => h("ol", {}, taken.map(item))),
  paragraph,
];

function item(text) {
  const task = /^\[([ xX])\]\s+/.exec(text);
  return h("li", {}, task ? `${task[1] === " " ? "☐" : "☑"} ` : null, inline(task ? text.slice(task[0].length) : text));
}

function run(lines, mark, build) {
  const rest = lines.findIndex((line) => !mark.test(line));
  const count = rest < 0 ? lines.length : rest;
  return count === 0 ? null : [build(lines.slice(0, count).map((line) => line.replace(mark, ""))), count];
}

function fence(lines) {
  if (!lines[0].startsWith("```")) return null;
  const end = lines.findIndex((line, at) => at > 0 && line.startsWith("```"));
  const count = end < 0 ? lines.length : end + 1;
  return [h("pre", {}, lines.slice(1, end < 0 ? undefined : end).join("\n")), count];
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function table(lines) {
  if (!lines[0].includes("|") || !/^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[1] ?? "")) return null;
  const rest = lines.slice(2).findIndex((line) => !line.includes("|"));
  const rows = rest < 0 ? lines.slice(2) : lines.slice(2, 2 + rest);
  const head = h("tr", {}, cells(lines[0]).map((cell) => h("th", { scope: "col" }, inline(cell))));
  const body = rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, inline(cell)))));
  return [h("div", { class: "table-scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, body))), rows.length + 2];
}

function paragraph(lines) {
  const taken = [lines[0]];
  const ends = (line) => line === undefined || !line.trim() || /^(#|>|```|\s*[-*+]\s|\s*\d+[.)]\s)/.test(line);
  while (!ends(lines[taken.length])) taken.push(lines[taken.length]);
  return [h("p", {}, inline(taken.join("\n"))), taken.length];
}

/** Markdown text as an array of nodes. */
export function markdown(text) {
  const nodes = [];
  let lines = text.split("\n");
  while (lines.length) {
    let found = null;
    for (const rule of RULES) {
      found = rule(lines);
      if (found) break;
    }
    if (found[0]) nodes.push(found[0]);
    lines = lines.slice(found[1]);
  }
  return nodes;
}
