// What several pages share: questions to Python.

const WAIT = 30000; // ms until the page says that nobody answers

// Questions to Python, answered one by one: a piece of work travels only in such an answer.
function questions(model) {
  const waiting = new Map();
  let last = 0;
  const heard = (message, buffers) => {
    const resolve = waiting.get(message?.n);
    if (!resolve) return;
    waiting.delete(message.n);
    resolve({ ...message, buffers: buffers ?? [] });
  };
  model.on("msg:custom", heard);
  const ask = (message) =>
    new Promise((resolve) => {
      const n = (last += 1);
      waiting.set(n, resolve);
      setTimeout(() => {
        if (!waiting.delete(n)) return;
        resolve({ type: "refused", words: "No answer. Is the notebook still running? Run it again, then try once more." });
      }, WAIT);
      model.send({ ...message, n });
    });
  return { ask, stop: () => model.off("msg:custom", heard) };
}
