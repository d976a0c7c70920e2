/** Instants as a person reads them in their own time zone: `<!date^…>` tokens, day dividers, date and time fields. */

function part(seconds, tz, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }).format(new Date(seconds * 1000));
}

/** "14:05" */
export function clock(seconds, tz) {
  return part(seconds, tz, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function clockSeconds(seconds, tz) {
  return part(seconds, tz, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** "2026-11-21", the calendar day there. */
export function day(seconds, tz) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: tz }).format(new Date(seconds * 1000));
}

function ordinal(number) {
  const teen = number % 100 > 10 && number % 100 < 14;
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
}

function named(seconds, tz, { month, weekday = false, now }) {
  const year = part(seconds, tz, { year: "numeric" });
  const start = `${part(seconds, tz, { month })} ${ordinal(Number(part(seconds, tz, { day: "numeric" })))}`;
  const withDay = weekday ? `${part(seconds, tz, { weekday: "long" })}, ${start}` : start;
  return year === part(now, tz, { year: "numeric" }) ? withDay : `${withDay}, ${year}`;
}

function pretty(seconds, tz, now, otherwise) {
  const names = new Map([[0, "Today"], [-86400, "Yesterday"], [86400, "Tomorrow"]]);
  for (const [shift, name] of names) if (day(seconds, tz) === day(now + shift, tz)) return name;
  return otherwise;
}

/** "Today", "Yesterday" or "Monday, November 16th". */
export function dayLabel(seconds, tz, now = Date.now() / 1000) {
  return pretty(seconds, tz, now, named(seconds, tz, { month: "long", weekday: true, now }));
}

/** "today at 14:05", for the last reply of a thread. */
export function moment(seconds, tz, now = Date.now() / 1000) {
  const label = pretty(seconds, tz, now, "").toLowerCase() || named(seconds, tz, { month: "short", now });
  return `${label} at ${clock(seconds, tz)}`;
}

function ago(seconds, now) {
  const gap = Math.abs(now - seconds);
  const [count, unit] = gap < 60 ? [Math.round(gap), "second"]
    : gap < 3600 ? [Math.round(gap / 60), "minute"]
      : gap < 86400 ? [Math.round(gap / 3600), "hour"] : [Math.round(gap / 86400), "day"];
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > now ? `in ${words}` : `${words} ago`;
}

/** Slack's `<!date^seconds^format>`: the format's {tokens} filled in for a person in `tz`. */
export function slackDate(seconds, format, tz, now = Date.now() / 1000) {
  const short = named(seconds, tz, { month: "short", now });
  const usual = named(seconds, tz, { month: "long", now });
  const long = named(seconds, tz, { month: "long", weekday: true, now });
  const near = (otherwise) => pretty(seconds, tz, now, otherwise).replace(/^[TY]/, (letter) => letter.toLowerCase());
  const tokens = {
    date_num: () => day(seconds, tz),
    date_slash: () => day(seconds, tz).replaceAll("-", "/"),
    date: () => usual,
    date_short: () => short,
    date_long: () => long,
    date_pretty: () => near(usual),
    date_short_pretty: () => near(short),
    date_long_pretty: () => near(long),
    day_divider_pretty: () => dayLabel(seconds, tz, now),
    date_long_full: () => long,
    time: () => clock(seconds, tz),
    time_secs: () => clockSeconds(seconds, tz),
    ago: () => ago(seconds, now),
  };
  const filled = format.replace(/\{(\w+)\}/g, (whole, name) => (tokens[name] ? tokens[name]() : whole));
  return filled.replace(/^[ty](?=oday|omorrow|esterday)/, (letter) => letter.toUpperCase());
}

/** Epoch seconds → "2026-11-21T14:05" in that zone, as a datetime-local field wants it. */
export function localField(seconds, tz) {
  return `${day(seconds, tz)}T${clock(seconds, tz)}`;
}

/** The reverse of `localField`. In the hour that a change of the clocks skips or repeats, one of the two readings. */
export function fromLocalField(text, tz) {
  const wanted = Date.parse(`${text}Z`) / 1000;
  let guess = wanted;
  for (let round = 0; round < 2; round += 1) guess += wanted - Date.parse(`${localField(guess, tz)}Z`) / 1000;
  return guess;
}
