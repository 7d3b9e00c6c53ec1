// What a reader wrote stays in their browser, kept apart for each edition of the course and each place it is served from.
// What the browser does not keep lasts as long as the page.

import { course, edition } from "./course.js"
import { LONGEST, clean, cleanTries, merge, mergeTries, reached } from "./record.js"

const TRIES = ":tries"

/** Return whether a text is the id of an exercise or of a quiz question. */
export const isId = (text) => /^[a-zA-Z_]\w*\/[a-zA-Z_][\w-]*$/.test(text)

/**
 * Records and tries (see record.js) by the ids of exercises and questions. Dispatches "change" when they may have changed
 * other than through `write` and `addTry`; its detail has the `id`, or null for all, and whether it was `elsewhere`, in
 * another window. Dispatches "failure" when the browser stops keeping them, or keeps them again.
 */
export class Store extends EventTarget {
  #prefix
  #storage
  #unkept = new Map() // by key, what the browser did not accept
  #known = new Map() // by key, what this page last read or wrote

  /** Why the browser keeps nothing, "blocked" or "full"; else "". */
  failure = ""

  constructor(prefix) {
    super()
    this.#prefix = prefix
    try {
      this.#storage = window.localStorage
      this.#storage.getItem(prefix)
    } catch {
      this.failure = "blocked"
    }
    addEventListener("storage", (event) => this.#changedElsewhere(event))
    // A page that was asleep has missed all events.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#say(null, true))
    document.addEventListener("visibilitychange", () => document.hidden || this.#say(null, true))
  }

  /** Return the record of an id, empty if there is none. */
  read(id) {
    return this.#read(id, clean, {})
  }

  /** Change fields of a record; undefined removes one. */
  write(id, changes) {
    this.#write(id, { ...this.read(id), ...changes, changed: new Date().toISOString() })
  }

  /** Return the tries at an exercise, oldest first. */
  tries(id) {
    return this.#read(id + TRIES, cleanTries, [])
  }

  addTry(id, verdict, text) {
    const one = { time: new Date().toISOString(), verdict, text: text.slice(0, LONGEST) }
    this.#write(id + TRIES, mergeTries(this.tries(id), [one]))
  }

  /** Take in a record and tries from elsewhere, without losing what is here. */
  merge(id, record, tries) {
    const [merged, all] = merge([this.read(id), this.tries(id)], [record, tries])
    this.#write(id, merged)
    if (all.length) this.#write(id + TRIES, all)
  }

  /** The ids for which something is kept. */
  get ids() {
    const keys = [...this.#keys(), ...this.#unkept.keys()].map((key) => key.replace(TRIES, ""))
    return [...new Set(keys)].filter(isId).sort()
  }

  /** Whether something would be lost if the page were closed. */
  get losing() {
    return this.#unkept.size > 0
  }

  /** Forget everything. */
  erase() {
    for (const key of this.#keys()) this.#storage.removeItem(this.#prefix + key)
    this.#unkept.clear()
    this.#known.clear()
    this.refresh()
  }

  /** Let everything that shows part of the store look at it again. */
  refresh() {
    this.#say(null, false)
  }

  #say(id, elsewhere) {
    this.dispatchEvent(new CustomEvent("change", { detail: { id, elsewhere } }))
  }

  #keys() {
    try {
      const ours = Object.keys(this.#storage).filter((key) => key.startsWith(this.#prefix))
      return ours.map((key) => key.slice(this.#prefix.length))
    } catch {
      return []
    }
  }

  #read(key, cleaned, nothing) {
    if (this.#unkept.has(key)) return this.#unkept.get(key)
    let found = nothing
    try {
      found = cleaned(JSON.parse(this.#storage.getItem(this.#prefix + key)) ?? nothing)
    } catch {} // no storage, or not JSON and so not ours
    this.#known.set(key, found)
    return found
  }

  #write(key, value) {
    this.#known.set(key, value)
    this.#unkept.set(key, value)
    for (const [each, waiting] of this.#unkept) {
      try {
        this.#storage.setItem(this.#prefix + each, JSON.stringify(waiting))
        this.#unkept.delete(each)
      } catch {} // it waits until next time
    }
    const failure = this.losing ? (this.#storage?.length ? "full" : "blocked") : ""
    if (failure === this.failure) return
    this.failure = failure
    this.dispatchEvent(new Event("failure"))
  }

  // Another page may have read before this one wrote, and written after it: what it did not know about is put back.
  #changedElsewhere({ key, newValue }) {
    if (key === null) this.#known.clear() // somebody has cleared the whole storage
    if (key !== null && !key.startsWith(this.#prefix)) return
    const own = key?.slice(this.#prefix.length)
    const id = own?.replace(TRIES, "") ?? null
    const before = this.#known.get(own)
    if (newValue === null) this.#known.delete(own)
    else if (before) {
      const found = own === id ? this.read(id) : this.tries(id)
      const whole = own === id ? { ...found, ...reached(before, found) } : mergeTries(found, before)
      if (JSON.stringify(whole) !== JSON.stringify(found)) this.#write(own, whole)
    }
    this.#say(id, true)
  }
}

export const root = new URL("../", import.meta.url).pathname
export const store = new Store(`${course}:${root}:${edition}:`)
