// One question of a quiz: it explains why each answer is right or wrong, and keeps what was answered.

import { store } from "./store.js"

export class Question {
  constructor(form, onResult) {
    this.id = form.dataset.question
    this.form = form
    this.onResult = onResult
    this.choices = [...form.querySelectorAll("input[type=radio], input[type=checkbox]")]
    this.number = form.querySelector("input[type=text]")
    this.status = form.querySelector(".quiz-status")
    this.said = [...form.querySelectorAll(".quiz-said")]
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.check()
    })
    form.querySelector("fieldset").disabled = false
    this.refresh()
  }

  get answer() {
    if (this.number) return this.number.value.trim()
    const chosen = this.choices.filter(({ checked }) => checked).map(({ value }) => Number(value))
    return chosen.sort((a, b) => a - b)
  }

  /** Show what is kept. */
  refresh() {
    const { answer } = store.read(this.id)
    if (answer === undefined || Array.isArray(answer) === Boolean(this.number)) return this.#clear()
    if (this.number) this.number.value = answer
    for (const choice of this.choices) choice.checked = answer.includes(Number(choice.value))
    this.#judge(answer)
  }

  check() {
    const { answer } = this
    if (!answer.length) return (this.status.textContent = "Choose an answer first.")
    const right = this.#judge(answer)
    const time = new Date().toISOString()
    store.write(this.id, { answer, passed: store.read(this.id).passed ?? (right ? { time } : undefined) })
    this.onResult()
  }

  // A choice that has not been checked yet stays.
  #clear() {
    if (!this.status.textContent) return
    this.form.reset()
    this.form.classList.remove("quiz-right", "quiz-wrong")
    this.status.textContent = ""
    for (const said of this.said) said.hidden = true
  }

  #judge(answer) {
    const facts = JSON.parse(this.form.dataset.answers)
    const told = this.number ? [matching(facts, answer)] : answer
    const wanted = facts.flatMap(({ right }, place) => (right ? [place] : []))
    const right = this.number ? Boolean(facts[told[0]]?.right) : String(told) === String(wanted)
    const found = wanted.filter((place) => told.includes(place)).length
    const part = this.number || wanted.length === 1 ? "" : `: ${found} of ${wanted.length} found, ${told.length - found} wrong`
    this.status.textContent = right ? "✓ Right." : `✗ Not yet${part}.`
    for (const said of this.said) said.hidden = !told.includes(Number(said.dataset.answer))
    this.form.classList.toggle("quiz-right", right)
    this.form.classList.toggle("quiz-wrong", !right)
    return right
  }
}

/** Return the index of the first of `facts` that applies to a number, which may be a fraction such as 1/3. */
function matching(facts, text) {
  const [above, below = "1"] = text.replace(",", ".").split("/")
  const number = below.trim() && above.trim() ? Number(above) / Number(below) : NaN
  const near = (value, precision = 9) => Number(number.toPrecision(precision)) === Number(value.toPrecision(precision))
  const says = ({ value, range, precision }) =>
    value !== undefined ? near(value, precision) : range ? number >= range[0] && number < range[1] : true
  return facts.findIndex(says)
}
