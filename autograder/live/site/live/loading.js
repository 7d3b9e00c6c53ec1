// How far Python is on its way, from what has come of its files and from the steps that it has taken.

const STEPS = ["starting Python", "loading NumPy", "loading the course"]
const FETCHING = 0.75 // of the whole way, where the connection is no fast one

// Bytes of each file, about; what is sent unpacked says its size itself.
const SIZES = { "pyodide.asm.wasm": 8_600_000, "python_stdlib.zip": 9_700_000, numpy: 11_900_000, "course.zip": 300_000 }

export class Loading {
  #files = new Map(Object.entries(SIZES).map(([name, size]) => [name, { size, got: 0 }]))
  #step = 0

  /** Take in what is said by `fetched`, or that the next step has begun. */
  hear({ of, bytes, size, done, step }) {
    if (step) this.#step += 1
    const file = this.#files.get(of?.replace(/^numpy-.*/, "numpy"))
    if (!file) return
    file.size = size ?? file.size
    file.got = done ? file.size : Math.min(file.got + bytes, 0.99 * file.size)
  }

  /** The part of the way behind us, from 0 to 1. */
  get share() {
    const files = [...this.#files.values()]
    const sum = (part) => files.reduce((total, file) => total + file[part], 0)
    return (FETCHING * sum("got")) / sum("size") + (1 - FETCHING) * Math.min(1, this.#step / STEPS.length)
  }

  /** What is awaited now. */
  get doing() {
    const [name] = [...this.#files].find(([, { got, size }]) => got < size) ?? []
    return name ? `fetching ${name === "numpy" ? "NumPy" : name}` : (STEPS[this.#step] ?? "starting Python")
  }
}
