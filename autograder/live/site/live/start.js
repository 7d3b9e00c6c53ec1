// One start of Python in a worker: it ends, in success or with a reason, whatever the network and the site do.

import { fetched } from "./fetched.js"
import { Loading } from "./loading.js"

const STALLED = 20 // seconds without progress, after which a start has failed

export class Start {
  #timer
  #loading = new Loading()
  #reject

  /** Begin; `ready` is fulfilled when `worker` accepts requests, or rejected with an Error that says why it does not. */
  constructor({ pyodide, archive, onProgress }) {
    Object.assign(this, { pyodide, archive, onProgress })
    this.ready = this.#run().finally(() => {
      clearTimeout(this.#timer)
      document.removeEventListener("securitypolicyviolation", this.#forbidden)
    })
    this.ready.catch(() => this.end())
  }

  /** How far it has come, from 0 to 1. */
  get share() {
    return this.#loading.share
  }

  /** The addresses of the files that its worker fetches itself. */
  get files() {
    return ["pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"].map((name) => this.pyodide + name)
  }

  end() {
    this.worker?.terminate()
  }

  async #run() {
    const failed = new Promise((_, reject) => (this.#reject = reject))
    document.addEventListener("securitypolicyviolation", this.#forbidden)
    this.#hear({})
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" })
    this.worker.onerror = (event) => {
      event.preventDefault()
      // A policy that forbids the worker is reported in a separate event, which says more and may come later.
      setTimeout(() => this.#reject(new Error(event.message || "its worker cannot be started")), 100)
    }
    const messages = new Promise((ready) => {
      const core = new Promise((come) => {
        this.worker.onmessage = ({ data }) => {
          if (data.failed) this.#reject(new Error(data.failed))
          else if (data.ready) ready()
          else if (data.core) come()
          else this.#hear(data)
        }
      })
      this.worker.postMessage({ start: this.pyodide })
      this.#handOver(core).catch(this.#reject)
    })
    await Promise.race([messages, failed])
  }

  /** Fetch what is needed once Python runs: in this thread, as the worker's is busy, and in turn, as all share one line. */
  async #handOver(core) {
    const { packages } = await this.#fetch("lock", `${this.pyodide}pyodide-lock.json`, "json")
    await core
    await this.#fetch("numpy", this.pyodide + packages.numpy.file_name)
    await this.#fetch("course", this.archive)
  }

  async #fetch(came, address, as = "arrayBuffer") {
    const { response } = await fetched(address, (news) => this.#hear(news))
    const content = await response[as]()
    this.worker.postMessage({ came, content }, content instanceof ArrayBuffer ? [content] : [])
    return content
  }

  #hear(news) {
    this.#loading.hear(news)
    clearTimeout(this.#timer)
    const stalled = () => this.#reject(new Error(`nothing came for ${STALLED} seconds while ${this.#loading.doing}`))
    this.#timer = setTimeout(stalled, 1000 * STALLED)
    this.onProgress()
  }

  #forbidden = ({ effectiveDirective, blockedURI }) => {
    if (!/worker|script|connect/.test(effectiveDirective)) return
    this.#reject(new Error(`this site's security policy (${effectiveDirective}) forbids ${blockedURI || "it"}`))
  }
}
