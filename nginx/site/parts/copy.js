// Puts text into the clipboard; where the browser does not let us, the person gets it to copy.
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
