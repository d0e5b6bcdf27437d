// Watches the page's connection and mends it. Left alone, a page gives up after some minutes, or listens for long to a
// connection that died in silence; here it tries every two seconds for as long as it is open.

const ROOT = document.currentScript.dataset.root;
const SILENT_MS = 5000; // then the server is asked whether it is there
const DEAD_MS = 9000; // then the connection counts as dead
const PROBE_MS = 2000;
const OPENING_MS = 6000;

let watched = null;
let heard = Date.now();
let asked = 0;
let probed = 0;
let probing = false;
let reconnected = 0;

function look() {
  const kernel = globalThis.solara?.debug?.kernel?.();
  if (!kernel) return;
  const now = Date.now();
  if (watched !== kernel) {
    watched = kernel;
    heard = now;
    kernel.anyMessage.connect((_, { direction }) => {
      if (direction === "recv") heard = Date.now();
    });
  }
  const connected = kernel.connectionStatus === "connected";
  if (connected && now - heard > SILENT_MS && asked < heard) {
    asked = now;
    kernel.requestKernelInfo().catch(() => {});
  }
  const away = connected ? now - heard > DEAD_MS : true;
  if (away && !probing && now - probed > PROBE_MS && now - reconnected > OPENING_MS) probe(kernel);
}

async function probe(kernel) {
  probing = true;
  try {
    const answer = await fetch(`${ROOT}/here`, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(4000) });
    if (answer.ok) {
      reconnected = heard = Date.now();
      await kernel.reconnect();
    } else if (answer.status === 404) {
      location.assign("/"); // this browser has left the room, or another person came in
    }
  } catch {
    // away: it is tried again
  } finally {
    probed = Date.now();
    probing = false;
  }
}

setInterval(look, 500);
globalThis.addEventListener("online", () => {
  probed = 0;
});
