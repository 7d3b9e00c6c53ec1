// Mends what the theme and extensions do not say to readers who hear a page, or say differently from what they show.

function mend() {
  const each = (selector, action) => document.querySelectorAll(selector).forEach(action)
  // Buttons with text are named by it: users of speech control say what they read.
  each(".search-button-field, summary[aria-label='Toggle hidden content']", (named) => named.removeAttribute("aria-label"))
  each(".toctree-toggle", ({ parentElement }) => parentElement.setAttribute("aria-label", "Show or hide the pages below"))
  // A signature's arguments are one per line for the eye; they are not a list of definitions.
  each("dt.sig > dl, dt.sig > dl > dd", (line) => line.setAttribute("role", "presentation"))
  each(".citation-list", (list) => list.removeAttribute("role"))
}

addEventListener("DOMContentLoaded", mend)

// Boxes that scroll sideways can be scrolled by keyboard; those that do not are no stop on the way to the next link.
// One pixel too many is rounding. Whether a formula scrolls is known only once it is typeset, and depends on its fonts.
const reach = (box) => (box.tabIndex = box.scrollWidth > box.clientWidth + 1 ? 0 : -1)

addEventListener("DOMContentLoaded", async () => {
  await window.MathJax?.startup?.promise
  const wide = document.querySelectorAll("span.math, div.math mjx-container, .pst-scrollable-table-container")
  const sizes = new ResizeObserver((boxes) => boxes.forEach(({ target }) => reach(target)))
  wide.forEach((box) => sizes.observe(box))
  document.fonts.addEventListener("loadingdone", () => wide.forEach(reach))
})
