/** One short sentence at the bottom of the window, for what could not be done. */

const SHOWN = 6000; // milliseconds, enough to read two lines
let timer;

/** Show it, instead of an earlier one. */
export function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  if (!place.matches(":popover-open")) place.showPopover(); // above an open modal too
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.hidePopover();
    place.textContent = "";
  }, SHOWN);
}
