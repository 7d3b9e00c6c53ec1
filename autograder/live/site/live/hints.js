// The hints of an exercise: each press shows one more, and those already shown stay.

export class Hints {
  #place
  #texts

  constructor(place, texts) {
    this.#place = place
    this.#texts = texts
    place.setAttribute("aria-live", "polite")
  }

  /** Show the first `count` hints. */
  show(count = 0) {
    const wanted = Math.min(count, this.#texts.length)
    while (this.#place.childElementCount > wanted) this.#place.lastElementChild.remove()
    while (this.#place.childElementCount < wanted) this.#place.append(this.#hint(this.#place.childElementCount))
    this.#place.hidden = !wanted
  }

  #hint(number) {
    const item = document.createElement("li")
    const label = document.createElement("strong")
    label.textContent = `Hint ${number + 1} of ${this.#texts.length}: `
    item.append(label)
    for (const [place, piece] of this.#texts[number].split("`").entries()) {
      const part = document.createElement(place % 2 ? "code" : "span")
      part.textContent = piece
      item.append(part)
    }
    return item
  }
}
