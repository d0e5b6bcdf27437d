// What the desk says above the work: what waits, what was lost, and what comes next.

/** The sentences that the desk's banner shows at this moment, and a button where something can be done. */
function bannerOf(desk, { reload, read }) {
  const { outbox, sheet } = desk;
  const words = [];
  const press = (label, does, kind) => make("button", { type: "button", class: kind, onclick: does }, label);
  if (outbox.frozen) {
    const wait = many(outbox.count, "choice");
    words.push(`${outbox.frozen.message} ${wait} made here ${outbox.count === 1 ? "was" : "were"} not saved.`);
    return { words, button: press("Show what is saved", reload, "main") };
  }
  if (outbox.count && (outbox.overdue || outbox.trouble)) {
    words.push(outbox.trouble || "Calibrate does not answer at the moment.");
    words.push("Your choices wait in this page and are sent again by themselves: please keep the page open.");
    return { words: [words.join(" ")] };
  }
  const note = outbox.refused.get(desk.piece.id);
  if (note) return { words: [`Your note on this piece was not saved. ${note.message} ${note.fix}`] };
  if (desk.lost) return { words: [desk.lost] };
  if (!sheet.open) return { words: [revealedWords(desk)] };
  if (!desk.committed) return { words };
  words.push("You have committed.");
  words.push("The reveal comes when the facilitator opens it, and this page then shows it by itself.");
  words.push("Your scores can no longer be changed here, and nobody sees them before the reveal.");
  if (desk.receipt) words.push(`Your receipt: ${desk.receipt}.`);
  return { words, button: press(desk.reading ? "Hide your scores" : "Read your scores", read, "main") };
}

function revealedWords(desk) {
  if (desk.committed) return "The scores of this round have been revealed. You see what you had committed.";
  return "The scores of this round have been revealed without yours. You see what you had saved: it stays sealed, and nobody else sees it.";
}
