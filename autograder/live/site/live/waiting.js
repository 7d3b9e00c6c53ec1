// What is shown while Python loads or runs: words, a bar for the progress of loading, and a button to stop.

const SOON = 300 // milliseconds after which there is something to say

export class Waiting {
  #controller = new AbortController()
  #place = document.createElement("span")
  #bar = document.createElement("progress")
  #stop = document.createElement("button")
  #timer

  constructor(python, status) {
    Object.assign(this, { python, status })
    this.#place.className = "live-waiting"
    this.#bar.setAttribute("aria-label", "Loading Python")
    this.#stop.type = "button"
    this.#stop.name = "stop"
    this.#stop.textContent = "Stop"
    this.#stop.addEventListener("click", () => this.#controller.abort())
    this.#place.append(this.#stop, this.#bar)
    this.#timer = setTimeout(() => this.#begin(), SOON)
  }

  /** Aborted when the reader no longer wants to wait. */
  get signal() {
    return this.#controller.signal
  }

  /** Take it all away, with a last word. */
  end(word = "") {
    if (!this.python) return
    clearTimeout(this.#timer)
    this.python.removeEventListener("progress", this.#show)
    this.python = undefined
    // Readers who pressed Stop with the keyboard go on from the button before it.
    if (this.#place.contains(document.activeElement)) this.#place.closest(".live-bar")?.querySelector("button")?.focus()
    this.#place.remove()
    this.status.textContent = word
  }

  #begin() {
    this.status.after(this.#place)
    this.python.addEventListener("progress", this.#show)
    this.#show()
    this.python.load().then(this.#show, () => {})
  }

  #show = () => {
    if (!this.python) return
    const loading = !this.python.isReady
    const words = loading ? "Loading Python, which takes a few seconds the first time." : "Running ..."
    if (this.status.textContent !== words) this.status.textContent = words
    this.#bar.hidden = !loading
    this.#bar.value = this.python.share
  }
}
