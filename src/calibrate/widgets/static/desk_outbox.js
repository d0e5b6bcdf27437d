// Choices that the store has not acknowledged yet. They are sent one after the other, each again and again under the same
// operation id until it is answered, and they survive a reload of the page: sealed (AES-GCM, with a key that only the rater's
// own link gives) in the tab's session storage. Where the browser offers no encryption they stay in the memory of the tab,
// where a page that is built anew without a reload finds them again.

const SEND_AGAIN_MS = 2500;
const OVERDUE_MS = 4000;

class Outbox {
  /** `send(message)` hands a message to Python; `changed()` is called whenever something here has changed. */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.entries = [];
    this.refused = new Map();
    this.frozen = null;
    this.trouble = "";
    this.sequence = 0;
    this.waitingSince = 0;
    this.version = 0;
    this.writing = Promise.resolve();
    this.timer = setInterval(() => this.pump(), 250);
  }

  /** Begin with the number of the stored ballot; what a reload left behind is taken up and sent. */
  async open(name, key, sequence) {
    if (this.name !== name) {
      this.name = name;
      this.key = null;
      if (globalThis.crypto?.subtle) {
        this.key = await crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"]);
      }
      const left = await this.#readLeft();
      if (left && left.entries.length) {
        // Sent over the ballot that this page knew: if another device has saved since, the store will say so.
        this.entries = left.entries.map((entry) => ({ ...entry, sentAt: 0, notBefore: 0 }));
        this.sequence = left.sequence;
        this.waitingSince = Date.now();
        this.changed();
        return;
      }
    }
    if (!this.entries.length) this.sequence = sequence;
    this.changed();
  }

  get count() {
    return this.names.length;
  }

  /** What the waiting changes are about, each once. */
  get names() {
    return [...new Set(this.entries.map((entry) => entry.about))];
  }

  get overdue() {
    return this.entries.length > 0 && Date.now() - this.waitingSince > OVERDUE_MS;
  }

  /** Add a change. One that waits for the same thing and was never sent is replaced. */
  put(about, message, delay = 0) {
    this.refused.delete(about);
    const entry = { about, message, operation: randomId(), sentAt: 0, notBefore: Date.now() + delay };
    const at = this.entries.findIndex((old) => old.about === about && !old.everSent);
    if (!this.entries.length) this.waitingSince = Date.now();
    if (at >= 0) this.entries[at] = entry;
    else this.entries.push(entry);
    this.#keep();
    this.changed();
    this.pump();
  }

  /** Send what is delayed at once. */
  hurry() {
    for (const entry of this.entries) entry.notBefore = 0;
    this.pump();
  }

  pump() {
    const [first] = this.entries;
    const now = Date.now();
    if (first && this.overdue !== this.wasOverdue) {
      this.wasOverdue = this.overdue;
      this.changed();
    }
    if (!first || this.frozen || now < first.notBefore) return;
    if (first.sentAt && now - first.sentAt < SEND_AGAIN_MS) return;
    first.sentAt = now;
    if (!first.everSent) {
      first.everSent = true;
      this.#keep();
    }
    this.send({ ...first.message, ask: "save", id: first.operation, operation: first.operation, seen: this.sequence });
  }

  /** Take Python's answer to one of the entries; true if it was one of them. */
  take(answer) {
    const at = this.entries.findIndex((entry) => entry.operation === answer.to);
    if (at < 0) return false;
    const entry = this.entries[at];
    this.trouble = answer.later ? answer.message : "";
    if (answer.saved) {
      this.sequence = Math.max(this.sequence, answer.sequence);
      this.entries.splice(at, 1);
    } else if (answer.refused === "invalid") {
      this.entries.splice(at, 1);
      this.refused.set(entry.about, answer);
    } else if (answer.refused) {
      this.frozen = answer;
    }
    this.waitingSince = this.waitingSince && answer.later ? this.waitingSince : Date.now();
    this.wasOverdue = false;
    this.#keep();
    this.changed();
    this.pump();
    return true;
  }

  /** Let go of everything that waits. */
  drop() {
    this.entries = [];
    this.refused.clear();
    this.frozen = null;
    this.trouble = "";
    this.#keep();
  }

  close() {
    clearInterval(this.timer);
  }

  #keep() {
    if (!this.name) return;
    const version = ++this.version;
    const text = JSON.stringify({
      sequence: this.sequence,
      entries: this.entries.map(({ about, message, operation, everSent }) => ({ about, message, operation, everSent })),
    });
    const empty = !this.entries.length;
    if (empty) forget(this.name);
    else if (!this.key) inMemory().set(this.name, text);
    else if (this.key) {
      this.writing = this.writing.then(async () => {
        const nonce = crypto.getRandomValues(new Uint8Array(12));
        const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, this.key, new TextEncoder().encode(padded(text)));
        if (version !== this.version) return;
        try {
          sessionStorage.setItem(this.name, `${toBase64(nonce)}.${toBase64(new Uint8Array(sealed))}`);
        } catch {
          forget(this.name); // a full or forbidden storage: the choices stay in memory, and the page asks before it is left
        }
      });
    }
  }

  async #readLeft() {
    if (!this.key) return JSON.parse(inMemory().get(this.name) ?? "null");
    try {
      const kept = sessionStorage.getItem(this.name);
      if (!kept) return null;
      const [nonce, sealed] = kept.split(".").map(fromBase64);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, this.key, sealed);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      forget(this.name);
      return null;
    }
  }
}

/** Spaces at the end hide how much waits. */
function padded(text) {
  return text.padEnd(Math.ceil((text.length + 1) / 2048) * 2048);
}

/** What waits in this tab without encryption, by name: shared by the pages that follow each other in it. */
function inMemory() {
  return (globalThis[Symbol.for("calibrate.outbox")] ??= new Map());
}

function forget(name) {
  inMemory().delete(name);
  try {
    sessionStorage.removeItem(name);
  } catch {
    // without storage nothing was kept
  }
}

function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
