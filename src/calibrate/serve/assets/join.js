// Reads the token behind the # of a link, takes it out of the address, and sends it once. It is kept nowhere here.
const said = document.getElementById("said");
const { start, to } = said.dataset;

async function comeIn() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", start);
  if (!token) {
    tell("This link is not complete: nothing stands behind its #. Copy it whole, or come in at the door with your slip.");
    return;
  }
  try {
    const answer = await fetch(start, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ link: token }),
    });
    if (answer.ok) {
      location.replace(to);
      return;
    }
    const told = await answer.json().catch(() => ({}));
    tell(told.problem ?? "The room cannot be opened at this moment. Please try your link again.");
  } catch {
    tell("There is no connection to the room. Please open your link again in a moment.");
  }
}

function tell(text) {
  document.querySelector("h1").textContent = "Not in yet";
  said.textContent = text;
  said.className = "problem";
  said.setAttribute("role", "alert");
}

comeIn();
addEventListener("hashchange", comeIn); // another link was put into the address of this very page
