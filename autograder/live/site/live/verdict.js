// The verdict on an answer: as it is while it is about the text in the editor, greyed once it is about an earlier one.

import { sanitized } from "./sanitize.js"

export class Verdict {
  #report
  #blank
  #note = document.createElement("p")
  #shown

  constructor(report) {
    this.#report = report
    this.#blank = report.innerHTML
    this.#note.className = "live-note"
    this.#note.textContent = "This is about an earlier version: you have edited your answer since."
  }

  /** Show a verdict (see record.js) for the text as it is now; return the state of the text in a few words. */
  show(verdict, text) {
    if (this.#shown !== verdict?.time) {
      this.#shown = verdict?.time
      this.#report.replaceChildren(sanitized(verdict ? (verdict.html ?? bare(verdict)) : this.#blank))
    }
    const old = verdict && verdict.of !== text && verdict.name !== "not attempted"
    this.#report.classList.toggle("live-old", Boolean(old))
    if (old) this.#report.prepend(this.#note)
    else this.#note.remove()
    if (!verdict) return ""
    return old ? "Edited since it was checked" : verdict.name[0].toUpperCase() + verdict.name.slice(1)
  }
}

// A verdict that came in a file, or that stopped before there was a report.
function bare({ name }) {
  if (name === "stopped") return ""
  const mark = name === "passed" ? "✓" : "✗"
  return `<p class="dnn-report dnn-${name.replaceAll(" ", "-")}">${mark} ${name}: Check shows the report again.</p>`
}
