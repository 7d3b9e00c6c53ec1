// The tries at an exercise, newest first, to look at and to restore.

import { LONGEST, SOLUTION_SEEN } from "./record.js"

export class History {
  #place
  #onRestore
  #shown = ""

  constructor(place, onRestore) {
    this.#place = place
    this.#onRestore = onRestore
    place.addEventListener("click", ({ target }) => target.closest("button") && this.#onRestore(target.value, target.dataset.time))
  }

  show(tries) {
    const now = JSON.stringify(tries)
    if (now === this.#shown) return // what is open stays open
    this.#shown = now
    this.#place.hidden = !tries.length
    this.#place.querySelector("summary").textContent = `Your tries (${tries.length})`
    this.#place.querySelector("ul").replaceChildren(...tries.toReversed().map(entry))
  }
}

/** Return a time as its reader writes it. */
export const when = (time) => new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })

function entry({ time, verdict, text }) {
  const item = document.createElement("li")
  const title = `${when(time)}: ${verdict}`
  if (verdict === SOLUTION_SEEN) item.textContent = title
  else {
    const details = item.appendChild(document.createElement("details"))
    details.appendChild(document.createElement("summary")).textContent = title
    details.appendChild(document.createElement("pre")).textContent = text
    if (text.length < LONGEST) {
      const button = details.appendChild(document.createElement("button"))
      Object.assign(button, { type: "button", value: text, textContent: "Restore this answer" })
      button.dataset.time = time
    }
  }
  return item
}
