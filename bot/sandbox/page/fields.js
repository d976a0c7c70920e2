/** What a form holds. */

/** The fields of a form as the sandbox takes them: values by block_id, by action_id where a block holds several. */
export function readFields(root) {
  const byBlock = Map.groupBy(root.querySelectorAll("[data-control]"), (each) => each.dataset.blockId);
  const named = [...byBlock].flatMap(([block, controls]) => (
    controls.length === 1 ? [[block, controls[0]]] : controls.map((each) => [each.dataset.actionId, each])));
  return Object.fromEntries(named.map(([name, each]) => [name, each.read()]));
}
