// What was kept in other ways: by the first pages, for all editions and places together; and by other editions at this
// place.

import { course, edition, topics } from "./course.js"
import { clean, cleanTries } from "./record.js"
import { isId, root, store } from "./store.js"

const FIRST = "course:" // the prefix of the first pages' keys

/** Take over, once, what the first pages kept of this book's exercises: what has been taken over is removed there. */
function takeOver() {
  for (const { id } of topics.flatMap(({ exercises }) => exercises)) {
    const [state, attempts] = [FIRST + id, `${FIRST}${id}:attempts`].map(read)
    if (!state && !attempts) continue
    const tries = cleanTries(attempts?.all)
    const last = tries.at(-1)
    const now = new Date().toISOString()
    const record = { text: state?.text, changed: last?.time ?? now }
    if (state?.passed) record.passed = { time: tries.find(({ verdict }) => verdict === "passed")?.time ?? now, of: state.text }
    if (last) record.verdict = { of: last.text, name: last.verdict, time: last.time }
    store.merge(id, clean(record), tries)
    if (store.losing) return
    localStorage.removeItem(FIRST + id)
    localStorage.removeItem(`${FIRST}${id}:attempts`)
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {} // no storage, or not JSON and so not ours
}

/** Return the other editions for which this browser keeps something at this place, each with its ids. */
export function otherEditions() {
  const found = {}
  const prefix = `${course}:${root}:`
  for (const key of keys()) {
    const [other, id] = key.startsWith(prefix) ? key.slice(prefix.length).split(":") : []
    if (isId(id ?? "") && other !== edition) (found[other] ??= new Set()).add(id)
  }
  return Object.entries(found).map(([name, ids]) => ({ edition: name, ids: [...ids] }))
}

/** Take in what another edition kept; it stays there as well. Verdicts are left out, since other checks gave them. */
export function bring({ edition: other, ids }) {
  for (const id of ids) {
    const key = `${course}:${root}:${other}:${id}`
    const { verdict, ...record } = clean(read(key))
    store.merge(id, record, cleanTries(read(`${key}:tries`)))
  }
  store.refresh()
}

function keys() {
  try {
    return Object.keys(localStorage)
  } catch {
    return []
  }
}

takeOver()
