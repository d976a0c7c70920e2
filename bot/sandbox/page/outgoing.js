/** What a person typed, as Slack's text: escaped, with names turned into mentions. */

import { state } from "./store.js";

const BROADCASTS = new Set(["here", "channel", "everyone"]);

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** "@ana see #general" → "<@U1> see <#C1|general>"; names that nobody has stay as typed. */
export function toOutgoing(typed) {
  return escaped(typed).replace(/(^|[\s(])([@#])([\w.-]*\w)/g, (whole, before, sign, name) => {
    const found = sign === "@" ? personMention(name) : channelMention(name);
    return found ? before + found : whole;
  });
}

function personMention(name) {
  if (BROADCASTS.has(name)) return `<!${name}>`;
  const known = state.people.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return known && `<@${known.id}>`;
}

function channelMention(name) {
  const known = state.channels.find((each) => each.kind !== "im" && each.name === name);
  return known && `<#${known.id}|${known.name}>`;
}
