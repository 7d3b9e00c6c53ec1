// The page's end of the worker: one request at a time, each within a limit of time.

export class TimeLimit extends Error {}
export class NoPython extends Error {}

export class Python {
  #worker
  #ready
  #last = Promise.resolve()
  #onPrint

  constructor({ pyodide, archive, seconds }) {
    this.seconds = seconds
    const absolute = (address) => new URL(address, document.baseURI).href
    this.start = { pyodide: absolute(pyodide), archive: absolute(archive) }
  }

  /** Begin to load Python, unless it is there or on its way. */
  load() {
    if (this.#worker) return this.#ready
    this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" })
    this.#ready = this.#message(({ ready }) => ready).catch((error) => {
      this.#end()
      throw new NoPython(error.message)
    })
    this.#ready.catch(() => {})
    this.#worker.postMessage({ start: this.start })
    return this.#ready
  }

  /** Send a request and return its reply; printed text goes to `onPrint` as it comes. */
  ask(request, onPrint = () => {}) {
    const asked = this.#last.then(() => this.#ask(request, onPrint))
    this.#last = asked.catch(() => {})
    return asked
  }

  async #ask(request, onPrint) {
    await this.load()
    this.#onPrint = onPrint
    const replied = this.#message(({ reply }) => reply)
    this.#worker.postMessage({ request })
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new TimeLimit()), 1000 * this.seconds)
    })
    try {
      return await Promise.race([replied, late])
    } catch (error) {
      if (error instanceof TimeLimit) {
        this.#end()
        this.load() // the next request finds another Python, as fresh as the first
      }
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #message(wanted) {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = (event) => {
        event.preventDefault()
        reject(new Error(event.message || "the worker cannot be started"))
      }
      this.#worker.onmessage = ({ data }) => {
        if (data.print) this.#onPrint(data.print)
        else if (data.failed) reject(new Error(data.failed))
        else if (wanted(data)) resolve(wanted(data))
      }
    })
  }

  #end() {
    this.#worker?.terminate()
    this.#worker = undefined
  }
}
