// Next to the progress: whether the browser keeps what is written, and all answers in the book as a file.

import { edition } from "./course.js"
import { save } from "./notebook.js"
import { bring, otherEditions } from "./older.js"
import { store } from "./store.js"
import { Refused, load, pack } from "./transfer.js"

const NOTICE = {
  blocked: "This browser keeps nothing of what you write here: storage is blocked, or the window is private.",
  full: "This browser has no room left to keep what you write here.",
}

/** Connect the notice and the buttons of `place`. */
export function connectPanel(place) {
  const [notice, panel] = [".live-notice", ".live-panel"].map((part) => place.querySelector(part))
  const status = panel.querySelector("[role=status]")
  const buttons = Object.fromEntries([...panel.querySelectorAll("button")].map((each) => [each.name, each]))

  const tell = () => {
    notice.textContent = NOTICE[store.failure] ? `${NOTICE[store.failure]} Download it before you close the page.` : ""
    notice.hidden = !store.failure
  }
  store.addEventListener("failure", tell)
  tell()
  addEventListener("beforeunload", (event) => store.losing && event.preventDefault())

  buttons.save.addEventListener("click", () => {
    const day = new Date().toISOString().slice(0, 10)
    save(`tuning-deep-networks-${day}.json`, pack(), "application/json")
    status.textContent = store.ids.length ? `Saved ${store.ids.length} answers.` : "There was nothing to save yet."
  })

  const chooser = panel.querySelector("input[type=file]")
  buttons.load.addEventListener("click", () => chooser.click())
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files
    if (!file) return
    status.textContent = "Loading ..."
    try {
      status.textContent = await load(file)
    } catch (error) {
      status.textContent = error instanceof Refused ? error.message : `The file cannot be read (${error.message}).`
    }
    chooser.value = "" // so that the same file can be chosen again
  })

  let sure = false
  buttons.erase.addEventListener("click", () => {
    if (sure) store.erase()
    status.textContent = sure
      ? "Everything has been erased."
      : "This erases your answers, tries and progress in all chapters. Press again to confirm."
    sure = !sure
  })

  const [other] = otherEditions()
  buttons.bring.hidden = !other
  if (other) buttons.bring.textContent = `Bring ${other.ids.length} answers over from edition ${other.edition}`
  buttons.bring.addEventListener("click", () => {
    bring(other)
    buttons.bring.hidden = true
    status.textContent = `Merged ${other.ids.length} answers from edition ${other.edition} into edition ${edition}.`
  })
  for (const button of Object.values(buttons)) {
    button.disabled = false
    button.addEventListener("blur", () => (sure = false))
  }
}
