/** What a person has not seen yet, remembered in this browser by workspace and person. */

import { state } from "./store.js";

function shelf() {
  return `tocsin.read.${state.app.team.id}.${state.me?.name}`;
}

function seen() {
  try {
    return JSON.parse(localStorage.getItem(shelf()) ?? "{}");
  } catch {
    return {};
  }
}

/** Whether something was said in this channel or DM since the person last looked. */
export function isUnread(channel) {
  return Boolean(channel.member !== false && channel.latest_ts && channel.latest_ts > (seen()[channel.id] ?? ""));
}

/** The person looks at this channel now. */
export function markRead(channel) {
  if (!isUnread(channel)) return;
  localStorage.setItem(shelf(), JSON.stringify({ ...seen(), [channel.id]: channel.latest_ts }));
}
