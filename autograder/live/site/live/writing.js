// A place for a written answer, which a person reads: kept and handed in like the others. Its rubric is shown to readers
// who have written their answer, so that they can judge it.

import { store } from "./store.js"

export class Writing {
  constructor(frame, facts, { onResult }) {
    Object.assign(this, { ...facts, onResult })
    const place = frame.querySelector("p.answer")
    this.area = document.createElement("textarea")
    this.area.className = "live-writing"
    this.area.setAttribute("aria-label", `Your answer to: ${this.title}`)
    this.area.placeholder = place.textContent
    this.area.style.minHeight = `${place.getBoundingClientRect().height}px`
    this.area.addEventListener("input", () => this.#changed())
    place.replaceWith(this.area)
    const bar = frame.querySelector(".live-bar")
    this.count = bar.querySelector(".live-count")
    this.status = bar.querySelector(".live-status")
    this.finished = bar.querySelector("[name=finished]")
    this.finished.disabled = false
    this.finished.addEventListener("click", () => this.finish())
    this.place = frame.querySelector(".live-rubric")
    this.boxes = this.rubric.map(([points, sentence]) => this.#box(points, sentence))
    this.badge = frame.querySelector("h3").appendChild(document.createElement("span"))
    this.badge.className = "live-badge"
    this.refresh()
  }

  get record() {
    return store.read(this.id)
  }

  /** What is handed in: the text on the screen, kept or not. */
  get answer() {
    return this.area.value || undefined
  }

  refresh() {
    const { text = "", done, ticks = [] } = this.record
    if (text !== this.area.value) this.area.value = text
    for (const [row, box] of this.boxes.entries()) box.checked = ticks.includes(row)
    this.place.hidden = !done
    this.finished.hidden = Boolean(done)
    this.badge.textContent = done ? "✓ written" : ""
    this.#tell()
  }

  finish() {
    if (!this.answer?.trim()) {
      this.status.textContent = "Write your answer first: the rubric only helps then."
      return this.area.focus()
    }
    store.write(this.id, { done: new Date().toISOString() })
    this.refresh()
    this.place.focus()
    this.onResult()
  }

  #changed() {
    store.write(this.id, { text: this.answer })
    this.#tell()
  }

  #tell() {
    const count = this.area.value.trim().split(/\s+/).filter(Boolean).length
    this.count.textContent = `${count} of ${this.words} words`
    const more = count - this.words
    const said = more > 0 ? `${more} ${more === 1 ? "word" : "words"} too many` : ""
    if (this.status.textContent !== said) this.status.textContent = said
    const points = this.rubric.map(([points], row) => (this.boxes[row].checked ? points : 0))
    const sum = (numbers) => numbers.reduce((total, each) => total + each, 0)
    const possible = sum(this.rubric.map(([points]) => points))
    this.place.querySelector(".live-points").textContent = `By your own reading: ${sum(points)} of ${possible} points.`
  }

  #box(points, sentence) {
    const label = this.place.querySelector("ul").appendChild(document.createElement("li")).appendChild(document.createElement("label"))
    const box = document.createElement("input")
    box.type = "checkbox"
    box.addEventListener("change", () => {
      const ticks = this.boxes.flatMap(({ checked }, row) => (checked ? [row] : []))
      store.write(this.id, { ticks })
      this.#tell()
    })
    label.append(box, ` ${sentence} (${points} ${points === 1 ? "point" : "points"})`)
    return box
  }
}
