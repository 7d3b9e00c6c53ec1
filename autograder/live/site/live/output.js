// What an answer printed and showed, in order, or why it stopped; shown below its buttons.

import { sanitized } from "./sanitize.js"

export class Output {
  #place
  #text // holds the lines printed last, if nothing has been shown since
  #line // holds the line that is not complete yet

  constructor(place) {
    this.#place = place
  }

  get empty() {
    return this.#place.hidden
  }

  /** Take what Python's terminal sends (see terminal.js). */
  hear({ lines, line, show }) {
    if (show !== undefined) this.#show(show)
    else if (lines.length || line.length) this.#write(lines, line)
  }

  /** Add a text, below a line that was not ended. */
  print(text, error = false) {
    if (this.#line?.textContent) this.#line.append("\n")
    this.#line = undefined
    this.#write([], [{ text, error }])
  }

  fail(text) {
    this.print(text, true)
  }

  clear() {
    this.#place.hidden = true
    this.#place.replaceChildren()
    this.#text = this.#line = undefined
  }

  #write(lines, line) {
    if (!this.#text) {
      this.#text = document.createElement("pre")
      this.#text.tabIndex = 0 // it may be long enough to scroll
      this.#append(this.#text)
    }
    this.#line?.remove()
    this.#text.append(...lines.map(written), (this.#line = written(line)))
  }

  #show(html) {
    const figure = document.createElement("div")
    figure.className = "live-display"
    figure.append(sanitized(html))
    this.#append(figure)
    this.#text = this.#line = undefined
  }

  #append(part) {
    this.#place.append(part)
    this.#place.hidden = false
  }
}

function written(line) {
  const place = document.createElement("span")
  for (const { text, error } of line) {
    const part = document.createElement("span")
    if (error) part.className = "live-error"
    part.textContent = text
    place.append(part)
  }
  return place
}
