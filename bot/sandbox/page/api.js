/** Talking to the sandbox: JSON in, JSON out, errors as sentences. */

/** The sandbox refused a call; `message` is its sentence. */
export class Refused extends Error {
  constructor(message, answer) {
    super(message);
    this.answer = answer;
  }
}

/** `GET /sandbox/<name>` with the given query; undefined values are left out. */
export function get(name, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(known).toString();
  return call(`/sandbox/${name}${search ? `?${search}` : ""}`, { cache: "no-store" });
}

/** `POST /sandbox/<name>` with a JSON body. */
export function post(name, body) {
  return call(`/sandbox/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function call(address, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.error ?? `The sandbox answered ${answer.status}.`, body);
  return body;
}
