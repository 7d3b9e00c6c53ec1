// One exercise: its editor, its buttons, and its record.

import { Editor } from "./editor.js"
import { Hints } from "./hints.js"
import { History, when } from "./history.js"
import { Output } from "./output.js"
import { PUT_ASIDE, SOLUTION_SEEN } from "./record.js"
import { sanitized } from "./sanitize.js"
import { store } from "./store.js"
import { Verdict } from "./verdict.js"

const TRIES = 3 // before a solution is offered

export class Exercise {
  #busy = false
  #ask
  #seen

  constructor(frame, facts, { python, ask, onResult }) {
    Object.assign(this, { ...facts, onResult })
    this.#ask = ask
    this.bar = frame.querySelector(".live-bar")
    this.status = this.bar.querySelector(".live-status")
    this.output = new Output(frame.querySelector(".live-output"))
    this.hints = new Hints(frame.querySelector(".live-hints"), this.texts)
    this.verdict = new Verdict(frame.querySelector(".tag_check .cell_output"))
    this.shown = frame.querySelector(".live-shown")
    this.history = new History(frame.querySelector(".live-history"), (text, time) => this.restore(text, time))
    this.badge = frame.querySelector("h3").appendChild(document.createElement("span"))
    this.badge.className = "live-badge"
    this.buttons = Object.fromEntries([...this.bar.querySelectorAll("button")].map((each) => [each.name, each]))
    this.editor = new Editor(frame.querySelector(".tag_exercise"), {
      label: `Your answer to: ${this.title}`,
      text: this.record.text,
      onTouch: () => python.load().catch(() => {}),
      onChange: (text) => this.#changed(text),
      onCheck: () => this.check(),
      onRun: () => this.run(),
      ask: (request) => python.glance({ ...request, given: this.given }),
    })
    for (const [name, button] of Object.entries(this.buttons)) {
      button.disabled = false
      button.addEventListener("click", () => this[name]())
    }
    this.show()
    const { verdict } = this.record
    if (verdict?.said && verdict.of === this.editor.text) this.output.fail(verdict.said)
  }

  get record() {
    return store.read(this.id)
  }

  /** What is handed in, or undefined if nothing was written: the text on the screen, kept or not. */
  get answer() {
    return this.editor.text === this.starter ? undefined : this.editor.text
  }

  /** Show the state of the exercise. */
  show() {
    const { passed, hints, seen } = this.record
    const tries = store.tries(this.id)
    this.#seen = this.#state
    this.hints.show(hints)
    this.history.show(tries)
    const failed = tries.filter(({ verdict }) => !["passed", PUT_ASIDE, SOLUTION_SEEN].includes(verdict)).length
    this.buttons.others.hidden = !this.solutions || !passed
    this.buttons.solution.hidden = !this.solutions || Boolean(passed) || (failed < TRIES && !seen)
    this.#showText()
  }

  // How the text relates to the verdict and the pass: all that may change as the reader types.
  #showText() {
    const { verdict, passed, seen } = this.record
    const text = this.editor.text
    this.#tell(this.verdict.show(verdict, text))
    const same = text === passed?.of || (verdict?.name === "passed" && verdict.of === text)
    const words = [passed && (same ? "✓ passed" : "✓ passed before, edited since"), seen && "solution seen"]
    this.badge.textContent = words.filter(Boolean).join(", ")
  }

  /** Show what may have changed, and say so if it changed in another window. */
  refresh(elsewhere) {
    if (this.#seen === this.#state) return
    const { text = this.starter } = this.record
    const changed = text !== this.editor.text
    if (changed) this.editor.text = text
    this.show()
    if (changed && elsewhere) this.#tell("Changed in another window.")
  }

  async check() {
    if (this.#busy) return
    const source = this.editor.text
    const reply = await this.#request({ do: "judge", exercise: this.id, given: this.given, source })
    if (!reply) return this.#tell("No verdict")
    const { verdict: name = "stopped", html, stopped: said } = reply
    const time = new Date().toISOString()
    const passed = this.record.passed ?? (name === "passed" ? { time, of: source } : undefined)
    store.write(this.id, { verdict: { of: source, name, time, html, said }, passed })
    if (name !== "not attempted") store.addTry(this.id, name, source)
    if (said !== undefined) this.output.fail(said)
    this.show()
    this.onResult()
  }

  async run() {
    const reply = await this.#request({ do: "run", given: this.given, source: this.editor.text })
    if (!reply) return
    if (reply.stopped !== undefined) this.output.fail(reply.stopped)
    else if (reply.value) this.output.print(reply.value)
    if (this.output.empty) this.#tell("It ran and printed nothing.")
  }

  hint() {
    const { hints = 0 } = this.record
    if (hints < this.texts.length) store.write(this.id, { hints: hints + 1 })
    this.show()
    if (hints >= this.texts.length) this.#tell("These are all the hints.")
  }

  others() {
    return this.#toggle()
  }

  /** The first time, ask for confirmation; then show a solution, and note that it was seen. */
  solution() {
    if (this.record.seen) return this.#toggle()
    const button = (name, text, action) => {
      const made = document.createElement("button")
      Object.assign(made, { type: "button", name, textContent: text })
      made.addEventListener("click", () => {
        asked.remove()
        this.buttons.solution.focus()
        action()
      })
      return made
    }
    const asked = document.createElement("p")
    asked.className = "live-bar live-asked"
    asked.setAttribute("role", "group")
    asked.setAttribute("aria-label", "Show a solution")
    asked.append(
      "Your tries, your progress and the notebook you download will show that you have seen it.",
      button("show", "Show it", () => this.#see()),
      button("keep", "Keep trying", () => {}),
    )
    this.bar.parentElement.querySelector(".live-asked")?.remove()
    this.bar.after(asked)
    asked.querySelector("button").focus()
  }

  async #see() {
    if (!(await this.#toggle())) return
    store.write(this.id, { seen: new Date().toISOString() })
    store.addTry(this.id, SOLUTION_SEEN, "")
    this.show()
    this.onResult()
  }

  /** Show correct answers, or hide them again; return whether they are shown. */
  async #toggle() {
    const shown = this.shown.childElementCount > 0
    const reply = shown ? { html: "" } : await this.#request({ do: "others", exercise: this.id })
    if (!reply) return false
    this.shown.replaceChildren(sanitized(reply.html))
    for (const button of ["others", "solution"]) this.buttons[button].setAttribute("aria-expanded", String(!shown))
    this.show()
    return !shown
  }

  reset() {
    this.#replace(this.starter)
    this.output.clear()
    this.show()
  }

  restore(text, time) {
    this.#replace(text)
    this.show()
    this.#tell(`This is your answer from ${when(time)}.`)
  }

  // A text that is replaced stays among the tries.
  #replace(text) {
    const old = this.editor.text
    const known = [this.starter, text, ...store.tries(this.id).map((one) => one.text)]
    if (!known.includes(old)) store.addTry(this.id, PUT_ASIDE, old)
    this.editor.text = text
  }

  #changed(text) {
    const { text: kept = this.starter } = this.record
    if (text !== kept) store.write(this.id, { text })
    this.#showText()
  }

  get #state() {
    return JSON.stringify([this.record, store.tries(this.id)])
  }

  // A text set twice would be read out twice.
  #tell(text) {
    if (this.status.textContent !== text) this.status.textContent = text
  }

  async #request(request) {
    if (this.#busy) return
    this.#busy = true
    this.output.clear()
    this.status.textContent = ""
    this.bar.setAttribute("aria-busy", "true")
    try {
      const reply = await this.#ask(request, {
        status: this.status,
        hear: (news) => this.output.hear(news),
        onFail: (message) => this.output.fail(message),
      })
      if (reply && "source" in request) this.editor.mark(request.source, reply.line, reply.message)
      return reply
    } finally {
      this.bar.removeAttribute("aria-busy")
      this.#busy = false
    }
  }
}
