// A link that was opened at the door itself (…/#token) is taken to where links are read.
function follow() {
  if (location.hash.length > 1) location.replace(`/join${location.hash}`);
}

follow();
addEventListener("hashchange", follow);
