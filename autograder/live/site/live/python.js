// Python, as the page knows it: one request at a time, each within a time limit, in a worker that can be ended.

import { Start } from "./start.js"

export class TimeLimit extends Error {}
export class NoPython extends Error {}
export class Stopped extends Error {}

/** Dispatches "progress" when `share` has changed. */
export class Python extends EventTarget {
  #start
  #last = Promise.resolve()
  #current // of the request under way: what gets its news, and what gets the reply

  constructor({ pyodide, archive, seconds }) {
    super()
    const absolute = (address) => new URL(address, document.baseURI).href
    this.addresses = { pyodide: absolute(pyodide), archive: absolute(archive) }
    this.seconds = seconds
    this.isReady = false
  }

  /** How far it has loaded, from 0 to 1. */
  get share() {
    return this.#start?.share ?? 0
  }

  /** Begin to load Python, unless it is there or on its way. */
  load() {
    this.#start ??= this.#begin()
    return this.#start.ready
  }

  /**
   * Send a request when its turn has come, and return the reply; `hear` gets what is printed and shown in between.
   * Throws NoPython if Python cannot be loaded, TimeLimit after too long, and Stopped once `signal` is aborted.
   */
  ask(request, { hear, signal } = {}) {
    const asked = this.#last.then(() => this.#ask(request, hear, signal))
    this.#last = asked.catch(() => {})
    return asked
  }

  /** Return the reply to a request that is not worth waiting for: undefined unless Python is loaded and idle. */
  async glance(request) {
    return this.isReady && !this.#current ? this.ask(request).catch(() => undefined) : undefined
  }

  async #ask(request, hear, signal) {
    let timer
    const stopped = new Promise((_, reject) => {
      const stop = () => reject(new Stopped())
      signal?.aborted ? stop() : signal?.addEventListener("abort", stop)
    })
    await Promise.race([this.load(), stopped])
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new TimeLimit()), 1000 * this.seconds)))
    const replied = new Promise((resolve, reject) => (this.#current = { hear, resolve, reject }))
    this.#start.worker.postMessage({ request })
    try {
      return await Promise.race([replied, late, stopped])
    } catch (error) {
      if (error instanceof TimeLimit || error instanceof Stopped) this.#renew()
      throw error
    } finally {
      clearTimeout(timer)
      this.#current = undefined
    }
  }

  #begin() {
    const start = new Start({ ...this.addresses, onProgress: () => this.dispatchEvent(new Event("progress")) })
    start.ready = start.ready.then(
      () => {
        this.isReady = true
        document.dispatchEvent(new CustomEvent("python-ready", { detail: start.files }))
        start.worker.onmessage = ({ data }) => this.#hear(data)
      },
      (error) => {
        this.#start = undefined // the next request tries again
        throw new NoPython(error.message)
      },
    )
    start.ready.catch(() => {})
    return start
  }

  #hear(data) {
    if ("reply" in data) this.#current?.resolve(data.reply)
    else if ("failed" in data) this.#current?.reject(new Error(data.failed))
    else this.#current?.hear?.(data)
  }

  /** End the worker; the next request finds another Python, as fresh as the first. */
  #renew() {
    this.#start.end()
    this.isReady = false
    this.#start = undefined
    this.load()
  }
}
