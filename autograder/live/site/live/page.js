// A chapter's exercises, answered where they are read; and its figures, which share the exercises' Python.

import { Editor } from "./editor.js"
import { connectFigures } from "./figure.js"
import { notebook, save } from "./notebook.js"
import { NoPython, Python, TimeLimit } from "./python.js"
import { attempts, kept, keep, keepAttempt } from "./store.js"

const data = JSON.parse(document.getElementById("live-data").textContent)
const python = new Python(data)

/** Ask Python, saying what happens in `status`; return its reply, or undefined where there is none. */
async function ask(request, { status, onPrint, onFail }) {
  const say = (text) => setTimeout(() => (status.textContent = text), 300)
  let soon = say("Starting Python: the first time takes some seconds.")
  try {
    const loaded = python.load().then(
      () => {
        clearTimeout(soon)
        soon = say("Running ...")
      },
      () => {},
    )
    const reply = await python.ask(request, onPrint)
    await loaded
    clearTimeout(soon)
    status.textContent = ""
    return reply
  } catch (error) {
    clearTimeout(soon)
    status.textContent = ""
    if (error instanceof TimeLimit) {
      onFail(`This was ended after ${data.seconds} seconds. Is there a loop that never ends?`)
    } else if (error instanceof NoPython) {
      onFail(
        `Python cannot be loaded here (${error.message}). The exercises also work outside of the page: ` +
          `download the assignment, at the top of the page, and open it in Jupyter.`,
      )
    } else onFail(error.message)
  }
}

class Exercise {
  #busy = false

  constructor(frame, facts, onResult) {
    Object.assign(this, { ...facts, onResult })
    this.bar = frame.querySelector(".live-bar")
    this.status = this.bar.querySelector(".live-status")
    this.output = frame.querySelector(".live-output")
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
    const reply = await this.#ask({ do: "judge", exercise: this.id, given: this.given, source })
    if (!reply) return
    if (reply.verdict !== "not attempted") keepAttempt(this.id, reply.verdict ?? "stopped", source)
    if (reply.stopped !== undefined) this.#print(reply.stopped, "live-error")
    else {
      this.report.innerHTML = reply.html
      this.status.textContent = reply.verdict[0].toUpperCase() + reply.verdict.slice(1)
    }
    keep(this.id, { passed: reply.verdict === "passed", others: this.showsOthers || Boolean(reply.others) })
    this.buttons.others.hidden = !this.showsOthers
    this.onResult()
  }

  async others() {
    const reply = await this.#ask({ do: "others", exercise: this.id })
    if (!reply) return
    this.report.querySelector(".dnn-others")?.remove()
    this.report.insertAdjacentHTML("beforeend", reply.html)
  }

  async run() {
    const reply = await this.#ask({ do: "run", given: this.given, source: this.editor.text })
    if (!reply) return
    if (reply.stopped !== undefined) this.#print(reply.stopped, "live-error")
    else if (reply.value) this.#print(reply.value)
    if (this.output.hidden) this.status.textContent = "It ran, and printed nothing."
  }

  async hint() {
    const reply = await this.#ask({ do: "hint", exercise: this.id })
    if (reply) this.#print(reply.hint)
  }

  reset() {
    this.editor.text = this.starter
    keep(this.id, { text: undefined, passed: undefined })
    this.output.hidden = true
    this.report.replaceChildren()
    this.status.textContent = ""
    this.onResult()
  }

  async #ask(request) {
    if (this.#busy) return
    this.#busy = true
    this.output.hidden = true
    this.output.replaceChildren()
    this.status.textContent = ""
    this.bar.setAttribute("aria-busy", "true")
    try {
      return await ask(request, {
        status: this.status,
        onPrint: (text) => this.#print(text),
        onFail: (message) => this.#print(message, "live-error"),
      })
    } finally {
      this.bar.removeAttribute("aria-busy")
      this.#busy = false
    }
  }

  #print(text, kind = "") {
    const part = document.createElement("span")
    part.className = kind
    part.textContent = text
    this.output.append(part)
    this.output.hidden = false
  }
}

/** A place for a written answer, which a person reads: kept and handed in like the others. */
class Writing {
  passed = false

  constructor(frame, facts) {
    Object.assign(this, facts)
    const place = frame.querySelector("p.answer")
    this.area = document.createElement("textarea")
    this.area.className = "live-writing"
    this.area.setAttribute("aria-label", `Your answer to: ${this.title}`)
    this.area.placeholder = place.textContent
    this.area.style.minHeight = `${place.offsetHeight}px`
    this.area.value = kept(this.id).text ?? ""
    this.area.addEventListener("input", () => keep(this.id, { text: this.area.value || undefined }))
    place.replaceWith(this.area)
  }
}

const frames = [...document.querySelectorAll("section.exercise")]
const progress = document.getElementById("live-progress")

function count() {
  const asked = exercises.filter((each) => each.kind === "code")
  const passed = asked.filter((each) => each.passed).length
  progress.querySelector("progress").value = passed
  progress.querySelector("span").textContent = `${passed} of ${asked.length} checked exercises pass`
}

const exercises = data.exercises.map((facts, place) => {
  const given = [...data.setup, ...facts.given]
  return facts.kind === "text" ? new Writing(frames[place], facts) : new Exercise(frames[place], { ...facts, given }, count)
})
count()

const withAttempts = progress.querySelector("[name=attempts]")
const button = progress.querySelector("button")
button.disabled = false
button.addEventListener("click", async () => {
  const texts = Object.fromEntries(data.exercises.map(({ id }) => [id.split("/")[1], kept(id).text]))
  const tried = Object.fromEntries(data.exercises.map(({ id }) => [id, attempts(id)]).filter(([, all]) => all.length))
  save(`${data.topic}.ipynb`, await notebook(data.assignment, texts, withAttempts.checked ? tried : undefined))
})

connectFigures(python, ask)
