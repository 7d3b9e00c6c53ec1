// What an answer printed, or why it stopped, below its buttons.

export class Output {
  #place

  constructor(place) {
    this.#place = place
  }

  get empty() {
    return this.#place.hidden
  }

  print(text, kind = "") {
    const part = document.createElement("span")
    part.className = kind
    part.textContent = text
    this.#place.append(part)
    this.#place.hidden = false
  }

  fail(text) {
    this.print(text, "live-error")
  }

  clear() {
    this.#place.hidden = true
    this.#place.replaceChildren()
  }
}
