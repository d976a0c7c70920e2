/** Keeping a conversation at its end while it grows, and where the reader left it otherwise. */

const NEAR = 48; // pixels from the end that still count as being there

/**
 * Follow the end of `scroller`. Call the answer after each drawing with a name for what is on screen: a new name goes
 * to the end (or to the top, with `fromTop`), the same name stays at the end if the reader was there.
 */
export function follow(scroller) {
  let name = null;
  let atEnd = true;
  let top = false;
  const settle = () => {
    if (atEnd && !top) scroller.scrollTop = scroller.scrollHeight;
  };
  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  });
  // Pictures that arrive and keyboards that open change heights without a drawing.
  const watch = new ResizeObserver(settle);
  watch.observe(scroller);
  return (shown, fromTop = false) => {
    for (const child of scroller.children) watch.observe(child);
    top = fromTop;
    if (shown !== name) {
      name = shown;
      atEnd = true;
      if (fromTop) scroller.scrollTop = 0;
    }
    settle();
  };
}
