// An answer's editor: the starter as the book prints it, a plain text area once it is touched, CodeMirror once loaded.

const SAYS_HOW = "Shift-Enter checks, Ctrl-Enter runs; Escape, then Tab leaves."

let loading
const load = () => (loading ??= import("./codemirror.js"))

export class Editor {
  #area
  #view
  #printed
  #code

  constructor(cell, { label, text, onTouch, onChange, onCheck, onRun, ask }) {
    Object.assign(this, { label, onTouch, onChange, onCheck, onRun, ask })
    this.#printed = cell.querySelector("pre")
    this.#code = this.#printed.innerHTML
    this.starter = this.#printed.textContent.trimEnd()
    this.#area = document.createElement("textarea")
    Object.assign(this.#area, { value: text ?? this.starter, spellcheck: false, className: "live-area", rows: 1 })
    this.#area.setAttribute("aria-label", `${label}. ${SAYS_HOW}`)
    for (const off of ["autocapitalize", "autocomplete", "autocorrect"]) this.#area.setAttribute(off, "off")
    this.#printed.classList.add("live-printed")
    this.#printed.inert = true
    this.#printed.parentElement.append(this.#area)
    this.#show()
    this.#area.addEventListener("input", () => this.#changed())
    this.#area.addEventListener("focus", () => this.#upgraded(), { once: true })
    // Someone who points at an editor is about to use it; a phone has no pointer that could hover.
    cell.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse" && !navigator.connection?.saveData) this.onTouch()
    })
    this.#area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      event.shiftKey ? this.onCheck() : this.onRun()
    })
  }

  get text() {
    return this.#view ? this.#view.state.doc.toString() : this.#area.value
  }

  set text(text) {
    if (this.#view) {
      this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } })
    } else {
      this.#area.value = text
      this.#changed()
    }
  }

  /** Mark the line of this text that failed, counted from 1, until the text is edited; no line clears the mark. */
  async mark(text, line, message) {
    if (!line && !this.#view) return
    const markFailing = await this.#upgraded()
    if (markFailing && this.text === text) markFailing(this.#view, line, message)
  }

  #changed() {
    this.#show()
    this.onChange(this.text)
  }

  // The printed text gives the area its height, and stays visible behind it until the area is used.
  #show() {
    if (this.#area.value === this.starter) this.#printed.innerHTML = this.#code
    else this.#printed.textContent = this.#area.value + "\n"
  }

  /** Replace the text area with CodeMirror; return the function that marks its lines, or undefined if none loads. */
  async #upgraded() {
    this.onTouch()
    const { create, markFailing } = await load().catch(() => ({})) // without CodeMirror, the text area will do
    if (create && !this.#view) this.#upgrade(create)
    return markFailing
  }

  #upgrade(create) {
    const focused = document.activeElement === this.#area
    this.#view = create(this.#area, {
      label: this.#area.getAttribute("aria-label"),
      onChange: () => this.onChange(this.text),
      onCheck: this.onCheck,
      onRun: this.onRun,
      ask: this.ask,
    })
    this.#printed.hidden = true
    if (focused) this.#view.focus()
    this.#area.remove()
  }
}
