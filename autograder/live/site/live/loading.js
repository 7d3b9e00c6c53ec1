// How far Python has loaded, from what has arrived of its files and the steps that it has taken.

const STEPS = ["starting Python", "loading NumPy", "loading the course"]
const FETCHING = 0.75 // of the whole way, on a connection that is not fast

// Approximate bytes of each file; a file sent uncompressed states its size itself.
const SIZES = { "pyodide.asm.wasm": 8_600_000, "python_stdlib.zip": 9_700_000, numpy: 11_900_000, "course.zip": 300_000 }

export class Loading {
  #files = new Map(Object.entries(SIZES).map(([name, size]) => [name, { size, got: 0 }]))
  #step = 0

  /** Take in a report from `fetched`, or that the next step has begun. */
  hear({ of, bytes, size, done, step }) {
    if (step) this.#step += 1
    const file = this.#files.get(of?.replace(/^numpy-.*/, "numpy"))
    if (!file) return
    file.size = size ?? file.size
    file.got = done ? file.size : Math.min(file.got + bytes, 0.99 * file.size)
  }

  /** The share of the way that is done, from 0 to 1. */
  get share() {
    const files = [...this.#files.values()]
    const sum = (part) => files.reduce((total, file) => total + file[part], 0)
    return (FETCHING * sum("got")) / sum("size") + (1 - FETCHING) * Math.min(1, this.#step / STEPS.length)
  }

  /** What is being waited for. */
  get doing() {
    const [name] = [...this.#files].find(([, { got, size }]) => got < size) ?? []
    return name ? `fetching ${name === "numpy" ? "NumPy" : name}` : (STEPS[this.#step] ?? "starting Python")
  }
}
