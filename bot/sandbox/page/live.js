/** The sandbox's word that something changed, over one WebSocket that comes back when it is lost. */

const FIRST_WAIT = 300; // milliseconds; doubles up to LAST_WAIT
const LAST_WAIT = 5000;

/**
 * Listen as a person. `heard` gets each invalidation; `linked(true)` comes after every (re)connect, when everything
 * may have changed meanwhile, and `linked(false)` when the line is lost. Answers a function that stops it.
 */
export function listen(name, heard, linked) {
  let socket;
  let timer;
  let wait = FIRST_WAIT;
  let stopped = false;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/sandbox/live?as=${encodeURIComponent(name)}`);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      linked(true);
    };
    socket.onmessage = (event) => heard(JSON.parse(event.data));
    socket.onclose = () => {
      if (stopped) return;
      linked(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LAST_WAIT);
    };
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  };
}
