// One exercise: its editor, its buttons, and what is shown of its verdict.

import { Editor } from "./editor.js"
import { Output } from "./output.js"
import { keep, keepAttempt, kept } from "./store.js"

export class Exercise {
  #busy = false
  #ask

  constructor(frame, facts, { python, ask, onResult }) {
    Object.assign(this, { ...facts, onResult })
    this.#ask = ask
    this.bar = frame.querySelector(".live-bar")
    this.status = this.bar.querySelector(".live-status")
    this.output = new Output(frame.querySelector(".live-output"))
    this.report = frame.querySelector(".tag_check .cell_output")
    this.buttons = Object.fromEntries([...this.bar.querySelectorAll("button")].map((each) => [each.name, each]))
    this.editor = new Editor(frame.querySelector(".tag_exercise"), {
      label: `Your answer to: ${this.title}`,
      text: kept(this.id).text,
      onTouch: () => python.load().catch(() => {}),
      onChange: (text) => keep(this.id, { text }),
      onCheck: () => this.check(),
      onRun: () => this.run(),
    })
    this.buttons.others.hidden = !this.showsOthers
    for (const name of ["check", "run", "hint", "reset", "others"]) {
      this.buttons[name].disabled = false
      this.buttons[name].addEventListener("click", () => this[name]())
    }
  }

  get passed() {
    return Boolean(kept(this.id).passed)
  }

  /** Whether the answer has passed, now or before, and others' may be seen. */
  get showsOthers() {
    return Boolean(kept(this.id).others)
  }

  async check() {
    const source = this.editor.text
    const reply = await this.#request({ do: "judge", exercise: this.id, given: this.given, source })
    if (!reply) return
    if (reply.verdict !== "not attempted") keepAttempt(this.id, reply.verdict ?? "stopped", source)
    if (reply.stopped !== undefined) this.output.fail(reply.stopped)
    else {
      this.report.innerHTML = reply.html
      this.status.textContent = reply.verdict[0].toUpperCase() + reply.verdict.slice(1)
    }
    keep(this.id, { passed: reply.verdict === "passed", others: this.showsOthers || Boolean(reply.others) })
    this.buttons.others.hidden = !this.showsOthers
    this.onResult()
  }

  async others() {
    const reply = await this.#request({ do: "others", exercise: this.id })
    if (!reply) return
    this.report.querySelector(".dnn-others")?.remove()
    this.report.insertAdjacentHTML("beforeend", reply.html)
  }

  async run() {
    const reply = await this.#request({ do: "run", given: this.given, source: this.editor.text })
    if (!reply) return
    if (reply.stopped !== undefined) this.output.fail(reply.stopped)
    else if (reply.value) this.output.print(reply.value)
    if (this.output.empty) this.status.textContent = "It ran, and printed nothing."
  }

  async hint() {
    const reply = await this.#request({ do: "hint", exercise: this.id })
    if (reply) this.output.print(reply.hint)
  }

  reset() {
    this.editor.text = this.starter
    keep(this.id, { text: undefined, passed: undefined })
    this.output.clear()
    this.report.replaceChildren()
    this.status.textContent = ""
    this.onResult()
  }

  async #request(request) {
    if (this.#busy) return
    this.#busy = true
    this.output.clear()
    this.status.textContent = ""
    this.bar.setAttribute("aria-busy", "true")
    try {
      return await this.#ask(request, {
        status: this.status,
        onPrint: (text) => this.output.print(text),
        onFail: (message) => this.output.fail(message),
      })
    } finally {
      this.bar.removeAttribute("aria-busy")
      this.#busy = false
    }
  }
}
