/* The page for paper sheets as a widget of its own: questions go to Python as messages, each with a number. */
const PAPER_PATIENCE = 15_000;

function paperLine(model) {
  const waiting = new Map();
  let count = 0;
  const heard = (content) => {
    const found = waiting.get(content?.to);
    if (!found) return;
    waiting.delete(content.to);
    found(content);
  };
  model.on("msg:custom", heard);
  const ask = (message) => {
    const id = (count += 1);
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        waiting.delete(id);
        resolve({ refused: "later", message: "Calibrate does not answer at the moment.", fix: "Try again. What you typed is still here." });
      }, PAPER_PATIENCE);
      waiting.set(id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      model.send({ ...message, id });
    });
  };
  return { ask, close: () => model.off("msg:custom", heard) };
}

export default {
  render({ model, el }) {
    const line = paperLine(model);
    const page = new PaperPage({ ask: line.ask, el });
    return () => {
      page.close();
      line.close();
    };
  },
};
