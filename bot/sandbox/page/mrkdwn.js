/** Slack's mrkdwn and plain_text objects as nodes. Outside text only ever becomes text nodes. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channel, group, handle, person, state } from "./store.js";
import { slackDate } from "./time.js";

const STYLES = { "*": "b", _: "i", "~": "s" };
const TOKEN = /`[^`\n]+`|<[^<>\n]+>|:[a-z0-9_+'-]+(?:::skin-tone-\d)?:|[*_~]/g;
const SAFE_LINK = /^(https?|mailto|tel|slack):/i;

/** Slack's text with its three escapes undone. */
export function decoded(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** A text object, `{type: "mrkdwn" | "plain_text", text}`, as an array of nodes and strings. */
export function textObject(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : withEmoji(decoded(object.text));
}

/** Plain text with its emoji shortcodes drawn. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+'-]+:)/g).map((piece) => emojiNode(piece) ?? piece);
}

function emojiNode(code) {
  const drawn = code.length > 2 && code.startsWith(":") && code.endsWith(":") && emoji(code.slice(1, -1));
  return drawn ? h("span", { class: "emoji", title: code }, drawn) : null;
}

/** mrkdwn as an array of nodes and strings: fences first, then quotes by line, then what stands inside a line. */
export function mrkdwn(text) {
  return text.split(/(```[\s\S]+?```)/g).flatMap((piece) => {
    const fenced = piece.startsWith("```") && piece.endsWith("```") && piece.length > 6;
    return fenced ? [h("pre", {}, inPre(piece.slice(3, -3)))] : quoted(piece);
  });
}

function inPre(text) {
  return text.replace(/^\n/, "").split(/(<[^<>\n]+>)/g).map((piece) => (isEntity(piece) ? entity(piece) : decoded(piece)));
}

function isEntity(piece) {
  return piece.startsWith("<") && piece.endsWith(">") && piece.length > 2;
}

function quoted(text) {
  const out = [];
  let lines = [];
  let quoting = false;
  const flush = () => {
    if (lines.length) out.push(...(quoting ? [h("blockquote", {}, inline(lines.join("\n")))] : inline(lines.join("\n"))));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?/.exec(line);
    if (Boolean(quote) !== quoting) {
      flush();
      quoting = Boolean(quote);
    }
    lines.push(quote ? line.slice(quote[0].length) : line);
  }
  flush();
  return out;
}

function inline(text) {
  const out = [];
  let from = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const found = node(text, match);
    const { lastIndex } = TOKEN;
    if (!found) continue;
    out.push(decoded(text.slice(from, match.index)), found.node);
    from = found.end ?? lastIndex;
    TOKEN.lastIndex = from;
  }
  out.push(decoded(text.slice(from)));
  return out.filter((piece) => piece !== "");
}

/** The node for a token and where it ends, or null when it is ordinary text. */
function node(text, match) {
  const [token] = match;
  if (STYLES[token]) return styled(text, match.index, token);
  if (token.startsWith("`")) return { node: h("code", {}, decoded(token.slice(1, -1))), end: TOKEN.lastIndex };
  if (token.startsWith(":")) {
    const drawn = emojiNode(token);
    if (!drawn) TOKEN.lastIndex = match.index + token.length - 1; // its last colon may open the next one
    return drawn && { node: drawn, end: TOKEN.lastIndex };
  }
  return { node: entity(token), end: TOKEN.lastIndex };
}

/** `*bold*`: marks stand at the edge of a word, hold no space inside their ends, and close on the same line. */
function styled(text, start, mark) {
  const resume = TOKEN.lastIndex;
  if (/[\p{L}\p{N}]/u.test(text[start - 1] ?? " ") || /\s/.test(text[start + 1] ?? " ")) return null;
  const stop = text.indexOf("\n", start);
  const line = text.slice(0, stop < 0 ? undefined : stop);
  for (let end = line.indexOf(mark, start + 2); end > 0; end = line.indexOf(mark, end + 1)) {
    const free = !/\s/.test(line[end - 1]) && !/[\p{L}\p{N}]/u.test(line[end + 1] ?? " ");
    if (!free || insideEntity(line, start, end)) continue;
    const found = { node: h(STYLES[mark], {}, inline(text.slice(start + 1, end))), end: end + 1 };
    TOKEN.lastIndex = resume;
    return found;
  }
  return null;
}

function insideEntity(line, start, at) {
  const opened = line.lastIndexOf("<", at);
  return opened > start && line.indexOf(">", opened) > at;
}

/** `<…>`: a mention, a channel, a date, a broadcast or a link. */
function entity(token) {
  const [target, label] = split(token.slice(1, -1));
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label?.replace(/^@/, ""));
  if (target.startsWith("!")) return broadcast(label?.replace(/^@/, "") ?? target.slice(1));
  return link(decoded(target), label === undefined ? undefined : decoded(label));
}

function split(text) {
  const bar = text.indexOf("|");
  return bar < 0 ? [text, undefined] : [text.slice(0, bar), text.slice(bar + 1)];
}

/** A person's name in a text, marked when it is the reader. */
export function userMention(id, label) {
  const self = id === state.me?.id;
  const known = person(id);
  return h("span", { class: self ? "mention self" : "mention", about: known }, `@${known ? handle(known) : (label ?? id)}`);
}

/** A user group's handle in a text, marked when the reader is in it; one that nobody knows keeps its label. */
export function groupMention(id, label) {
  const known = group(id);
  const self = !known || known.members.includes(state.me?.name);
  return h("span", { class: self ? "mention self" : "mention", about: known }, `@${known?.handle ?? label ?? id}`);
}

/** A channel's name in a text; follows to it when the reader can see it. */
export function channelMention(id, label) {
  const known = channel(id);
  const name = known?.name ?? label;
  if (!known) return h("span", { class: "mention" }, name ? `#${name}` : "🔒 private channel");
  return h("a", { class: "mention", href: `?as=${state.me?.name}&in=%23${name}`, "data-place": `#${name}` }, `#${name}`);
}

/** @here, @channel or @everyone: shown as a mention. */
export function broadcast(name) {
  return h("span", { class: "mention self" }, `@${name}`);
}

/** A link when the address is safe to follow, else its text. */
export function link(address, label) {
  const words = withEmoji(label ?? address.replace(/^mailto:/, ""));
  if (!SAFE_LINK.test(address)) return h("span", {}, words);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);
}

function dateNode(target, fallback) {
  const [, seconds, format, address] = target.split("^");
  const at = Number(seconds);
  if (!Number.isFinite(at) || !format) return h("span", {}, decoded(fallback ?? ""));
  const text = slackDate(at, decoded(format), state.me?.tz);
  if (address) return link(decoded(address), text);
  const exact = slackDate(at, "{date_long} {time_secs}", state.me?.tz);
  return h("time", { datetime: new Date(at * 1000).toISOString(), title: exact }, text);
}
