/** The inputs in which one searches: several choices at once, and choices that the app makes up as one types. */

import { sentence } from "./actions.js";
import { post } from "./api.js";
import { choices, control, initialValues, naming, send } from "./control.js";
import { h } from "./dom.js";
import { searchField } from "./searchfield.js";
import { state } from "./store.js";

const LEAST = 3; // letters that an external menu waits for when the app does not say

function labelOf(element, meta) {
  return meta.block.label?.text ?? element.placeholder?.text ?? element.action_id;
}

function matching(all, typed) {
  return all.filter((each) => `${each.label} ${each.description ?? ""}`.toLowerCase().includes(typed));
}

/** What the app offers for `typed`; the option's text stands for it, because the app is asked for it again. */
async function offered(node, element, meta, typed) {
  const least = element.min_query_length ?? LEAST;
  if (typed.length < least) return `Type ${least} ${least === 1 ? "letter" : "letters"} or more`;
  const { surface } = node.closest("[data-surface]");
  const asked = { as: state.me.name, ...surface, block: meta.block.block_id, field: element.action_id, typed };
  try {
    const { options } = await post("suggest", asked);
    return options.map((each) => ({ label: each.text.text, value: each.text.text, description: each.description?.text }));
  } catch (error) {
    return sentence(error);
  }
}

function initialLabels(element) {
  return [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((each) => each.text.text);
}

/** Several choices: what is chosen stands as tokens, each with its own remove button, before a field that finds more. */
export function multiSelect(element, meta) {
  const external = element.type === "multi_external_select";
  const all = external ? [] : choices(element);
  const known = (value) => external || all.some((each) => each.value === value);
  const most = element.max_selected_items ?? Infinity;
  let chosen = [];
  const tokens = h("span", { class: "tokens" });
  const search = searchField({
    props: { ...naming(element, meta), name: element.action_id }, label: labelOf(element, meta), slow: external,
    async find(typed) {
      if (chosen.length >= most) return "No more can be added";
      const found = external ? await offered(search.node, element, meta, typed) : matching(all, typed);
      return Array.isArray(found) ? found.filter((each) => !chosen.includes(each.value)) : found;
    },
    pick: (choice) => change([...chosen, choice.value]),
    back: () => chosen.length && change(chosen.slice(0, -1)),
  });
  const set = (values) => {
    chosen = values.filter(known);
    search.field.value = "";
    search.field.placeholder = chosen.length >= most ? "" : (element.placeholder?.text ?? "Add…");
    tokens.replaceChildren(...chosen.map(token));
  };
  const token = (value) => {
    const label = all.find((each) => each.value === value)?.label ?? value;
    return h("button", { type: "button", class: "token", "aria-label": `Remove ${label}`, on: { click: () => drop(value) } },
      label, h("span", { "aria-hidden": "true" }, " ×"));
  };
  const change = (values) => {
    set(values);
    send(search.field, element, meta, chosen);
  };
  const drop = (value) => {
    change(chosen.filter((each) => each !== value));
    search.field.focus();
  };
  set(external ? initialLabels(element) : initialValues(element));
  return control(element, meta, { read: () => chosen, write: set, children: [tokens, search.node] });
}

/** One of the choices that the app makes up as one types. */
export function externalSelect(element, meta) {
  let [chosen = null] = initialLabels(element);
  const search = searchField({
    props: { ...naming(element, meta), name: element.action_id, placeholder: element.placeholder?.text ?? "Search…" },
    label: labelOf(element, meta), slow: true,
    find: (typed) => offered(search.node, element, meta, typed),
    pick(choice) {
      set(choice.value);
      send(search.field, element, meta, chosen);
    },
  });
  const set = (value) => {
    chosen = value;
    search.field.value = value ?? "";
  };
  // What was typed and not chosen is no choice.
  search.field.onblur = () => {
    search.close();
    set(search.field.value.trim() === "" ? null : chosen);
  };
  set(chosen);
  return control(element, meta, { read: () => chosen, write: set, children: search.node });
}
