// What this tab keeps while it is open (sessionStorage).  A browser may forbid it, or it may be full: then nothing was kept.
export function put(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch { /* as if there had been nothing to keep */ }
}

export function look(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

export function drop(key) {
  try { sessionStorage.removeItem(key); } catch { /* nothing was kept either */ }
}
