// The line to Python: every question has an id, is asked again until it is answered, and may be asked twice.
// When nothing has been heard for some seconds although something was asked, the line is lost; it heals by itself.

const ASK_AGAIN_MS = 3000;
const LOST_MS = 5400;
const PATIENCE_MS = 1200;

class Line {
  /** `changed()` is called when the line is lost or found again; `heard(message, buffers)` gets what answers no question. */
  constructor(model, { changed = () => {}, heard = () => {} } = {}) {
    this.model = model;
    this.changed = changed;
    this.heard = heard;
    this.asked = new Map();
    this.lost = false;
    this.heardAt = Date.now();
    this.sentAt = 0;
    this.onMessage = (message, buffers) => this.#take(message, buffers ?? []);
    model.on("msg:custom", this.onMessage);
    this.timer = setInterval(() => this.#look(), 250);
  }

  /** Send something whose answer `heard` takes. */
  send(message) {
    this.sentAt ||= Date.now();
    this.model.send(message);
  }

  /** Ask; the promise is kept when the answer comes, however long that takes. */
  ask(message) {
    const id = randomId();
    return new Promise((answered) => {
      this.asked.set(id, { message: { ...message, id }, answered, at: Date.now() });
      this.send({ ...message, id });
    });
  }

  close() {
    this.model.off("msg:custom", this.onMessage);
    clearInterval(this.timer);
    this.asked.clear();
  }

  #take(message, buffers) {
    this.heardAt = Date.now();
    this.sentAt = 0;
    this.#set(false);
    const one = this.asked.get(message.to);
    if (!one) {
      this.heard(message, buffers);
    } else if (!message.later) {
      this.asked.delete(message.to);
      one.answered({ ...message, buffers });
    }
  }

  #look() {
    const now = Date.now();
    for (const one of this.asked.values()) {
      if (now - one.at > ASK_AGAIN_MS) {
        one.at = now;
        this.send(one.message);
      }
    }
    if (this.sentAt && now - this.sentAt > PATIENCE_MS && now - this.heardAt > LOST_MS) this.#set(true);
  }

  #set(lost) {
    if (lost === this.lost) return;
    this.lost = lost;
    this.changed();
  }
}
