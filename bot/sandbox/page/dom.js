/** Building and updating the document: `h` makes elements, `morph` moves a live tree to a fresh one. */

const SVG = "http://www.w3.org/2000/svg";
const HANDLERS = ["click", "change", "input", "submit", "keydown", "mousedown"];
/** Attributes that a person or a running action sets; a drawing that does not name them leaves them. */
const THEIRS = new Set(["open", "style", "aria-busy", "data-failed"]);
/** Properties that are ours: which node it is, what its state depends on, where its actions belong. */
const OWN = new Set(["key", "keep", "adopt", "surface", "read", "element", "about"]);

/**
 * An element. `props` are attributes, except `on: {click: f}` and the properties in OWN. Children are nodes, strings
 * (always text, never markup), arrays, or nothing.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, run] of Object.entries(value)) node[`on${event}`] = run;
    else if (OWN.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...flatten(children));
  return node;
}

/** A drawing of 20 by 20 from path data, in the colour of the text around it. */
export function svg(path, className = "icon") {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 20 20", class: className, "aria-hidden": "true" })) {
    drawing.setAttribute(name, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

function flatten(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
}

/** Make the children of `live` those of the fresh list, touching only what differs. */
export function update(live, ...children) {
  const fresh = document.createDocumentFragment();
  fresh.append(...flatten(children));
  morphChildren(live, fresh);
}

/**
 * Move `live` to what `fresh` shows and answer the node that is now in the document. A node with `keep` holds a
 * person's input: it stays untouched while `keep` is the same, and is otherwise replaced by one that adopts its value.
 */
export function morph(live, fresh) {
  if (!sameKind(live, fresh)) {
    live.replaceWith(fresh);
    return fresh;
  }
  if (live.nodeType !== Node.ELEMENT_NODE) {
    if (live.data !== fresh.data) live.data = fresh.data;
    return live;
  }
  if (fresh.keep !== undefined) return live.keep === fresh.keep ? live : adopt(live, fresh);
  morphAttributes(live, fresh);
  for (const event of HANDLERS) live[`on${event}`] = fresh[`on${event}`];
  for (const name of OWN) live[name] = fresh[name];
  morphChildren(live, fresh);
  return live;
}

function sameKind(live, fresh) {
  return live.nodeType === fresh.nodeType && live.nodeName === fresh.nodeName && live.key === fresh.key;
}

function adopt(live, fresh) {
  const hadFocus = live.contains(document.activeElement);
  fresh.adopt?.(live);
  live.replaceWith(fresh);
  if (hadFocus) fresh.querySelector("input, select, textarea, button")?.focus({ preventScroll: true });
  return fresh;
}

function morphAttributes(live, fresh) {
  for (const { name } of [...live.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) live.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
}

function morphChildren(live, fresh) {
  const wanted = new Set([...fresh.childNodes].map((node) => node.key).filter((key) => key !== undefined));
  const known = new Map([...live.childNodes].filter((node) => node.key !== undefined).map((node) => [node.key, node]));
  let cursor = live.firstChild;
  for (const next of [...fresh.childNodes]) {
    while (cursor && cursor.key !== undefined && !wanted.has(cursor.key)) cursor = dropped(cursor);
    const match = next.key === undefined ? cursor : known.get(next.key);
    if (!match || !sameKind(match, next)) {
      live.insertBefore(next, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else live.insertBefore(match, cursor);
    morph(match, next);
  }
  while (cursor) cursor = dropped(cursor);
}

function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
