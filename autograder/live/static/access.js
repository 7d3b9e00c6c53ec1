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

// What scrolls sideways can be scrolled by keyboard, and nothing else of these is a stop on the way to the next link. A
// pixel more than fits is rounding. A formula scrolls only once it is set, and as wide as its fonts make it.
const reach = (box) => (box.tabIndex = box.scrollWidth > box.clientWidth + 1 ? 0 : -1)

addEventListener("DOMContentLoaded", async () => {
  await window.MathJax?.startup?.promise
  const wide = document.querySelectorAll("span.math, div.math mjx-container, .pst-scrollable-table-container")
  const sizes = new ResizeObserver((boxes) => boxes.forEach(({ target }) => reach(target)))
  wide.forEach((box) => sizes.observe(box))
  document.fonts.addEventListener("loadingdone", () => wide.forEach(reach))
})
