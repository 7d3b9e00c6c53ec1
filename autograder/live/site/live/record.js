// The record of an exercise or a question: validated if it comes from outside, and merged without loss.

const MOST = 50 // tries at one exercise
const ROOM = 200_000 // characters in all of them
export const LONGEST = 20_000 // characters in one try

export const PUT_ASIDE = "put aside" // instead of a verdict, on a text that was replaced unchecked
export const SOLUTION_SEEN = "solution seen"

const text = (raw) => (typeof raw === "string" ? raw.replaceAll(/\r\n?/g, "\n") : undefined) // as editors hold it
const time = (raw) => (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text(raw)) && !isNaN(Date.parse(raw)) ? raw : undefined)
const word = (raw) => (/^[a-z][a-z ]{0,30}$/.test(text(raw) ?? "") ? raw : undefined)
const number = (raw) => (Number.isInteger(raw) && raw >= 0 && raw < 100 ? raw : undefined)
const numbers = (raw) => (Array.isArray(raw) && raw.length < 100 && raw.every((each) => number(each) === each) ? raw : undefined)

/** Each field of a record, with the function that returns its value if that is well-formed, else undefined. */
const FIELDS = {
  text, // in the editor
  verdict: all({ of: text, name: word, time }, { html: text, said: text }), // the last one, and the text it is about
  passed: all({ time }, { of: text }), // when it was first right, and the text that was
  hints: number, // how many are shown
  seen: time, // when a solution was shown
  done: time, // when a written answer was said to be finished
  ticks: numbers, // the lines of the rubric that its author finds in it
  answer: (raw) => text(raw) ?? numbers(raw), // to a question of a quiz
  changed: time, // when its author last changed something
}

function all(needed, more) {
  return (raw) => {
    const found = fields({ ...needed, ...more }, raw)
    return Object.keys(needed).every((name) => name in found) ? found : undefined
  }
}

function fields(each, raw) {
  if (typeof raw !== "object" || raw === null) return {}
  const found = Object.entries(each).map(([name, value]) => [name, Object.hasOwn(raw, name) ? value(raw[name]) : undefined])
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** Return the part of `raw` that is a record: the fields that are known and well-formed, and no others. */
export const clean = (raw) => fields(FIELDS, raw)

/** Return the entries of `raw` that are tries, in the order in which they were made. */
export function cleanTries(raw) {
  return Array.isArray(raw) ? inOrder(raw.map(all({ time, verdict: word, text }, {})).filter(Boolean)) : []
}

/** Return all tries of both lists, each once; if there are too many, the newest. */
export const mergeTries = (some, others) => inOrder([...some, ...others])

const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

function inOrder(tries) {
  const each = new Map(tries.map((one) => [JSON.stringify([one.time, one.verdict, one.text]), one]))
  const sorted = [...each.values()].sort((a, b) => before(a.time, b.time)).slice(-MOST)
  while (JSON.stringify(sorted).length > ROOM) sorted.shift()
  return sorted
}

/**
 * Merge two pairs `[record, tries]` into one: the last change wins, what was reached in either counts as reached, and a
 * text that is replaced by the other is put among the tries.
 */
export function merge([one, tries], [other, otherTries]) {
  const [older, newer] = (one.changed ?? "") <= (other.changed ?? "") ? [one, other] : [other, one]
  const merged = { ...older, ...newer, ...reached(older, newer) }
  const kept = mergeTries(tries, otherTries)
  const { text: lost, changed: time = new Date().toISOString() } = older
  if (lost === undefined || lost === merged.text || kept.some(({ text }) => text === lost)) return [merged, kept]
  return [merged, mergeTries(kept, [{ time, verdict: PUT_ASIDE, text: lost }])]
}

/** Return what two records have reached together: the earlier of each time, the most hints, and the later verdict. */
export function reached(one, other) {
  const sorted = (name, time) => [one[name], other[name]].filter(Boolean).sort((a, b) => before(time(a), time(b)))
  const found = {
    passed: sorted("passed", ({ time }) => time)[0],
    seen: sorted("seen", String)[0],
    done: sorted("done", String)[0],
    verdict: sorted("verdict", ({ time }) => time).at(-1),
    hints: Math.max(one.hints ?? 0, other.hints ?? 0) || undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
