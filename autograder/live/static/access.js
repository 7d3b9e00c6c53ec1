// What the theme and the extensions leave unsaid to readers who hear a page, or say otherwise than they show.

function mend() {
  const each = (selector, action) => document.querySelectorAll(selector).forEach(action)
  // Buttons with text are called by it: speech control users say what they read.
  each(".search-button-field, summary[aria-label='Toggle hidden content']", (named) => named.removeAttribute("aria-label"))
  each(".toctree-toggle", ({ parentElement }) => parentElement.setAttribute("aria-label", "Show or hide the pages below"))
  // A signature's arguments are one per line for the eye; they are no list of definitions.
  each("dt.sig > dl, dt.sig > dl > dd", (line) => line.setAttribute("role", "presentation"))
  each(".citation-list", (list) => list.removeAttribute("role"))
}

addEventListener("DOMContentLoaded", mend)
