// All answers, tries and progress in the book as one file, and back: a file's content is checked before it is kept.

import { course, edition, topics } from "./course.js"
import { clean, cleanTries } from "./record.js"
import { isId, store } from "./store.js"

const FORMAT = 1
const LARGEST = 12_000_000 // bytes in a file: browsers keep five million characters
const MOST = 5_000 // answers in a file

/** A file that cannot be loaded; the message says why, and what to do. */
export class Refused extends Error {}

/** Return everything that is kept for this edition, as a file's text, without reports: a check gives those again. */
export function pack() {
  const answers = store.ids.map((id) => {
    const { verdict, ...record } = store.read(id)
    const { html, said, ...bare } = verdict ?? {}
    return [id, { ...record, ...(verdict && { verdict: bare }), tries: store.tries(id) }]
  })
  const saved = new Date().toISOString()
  return JSON.stringify({ course, format: FORMAT, edition, saved, answers: Object.fromEntries(answers) }, null, 1) + "\n"
}

/** Merge a file into what is kept, and return a sentence about what happened. Throws Refused, having changed nothing. */
export async function load(file) {
  if (file.size > LARGEST) {
    const size = `${Math.round(file.size / 1e6)} MB`
    throw new Refused(`This file is too large (${size}): no browser keeps that much for a course. Nothing was changed.`)
  }
  const { answers, ...about } = unpack(await file.text())
  for (const [id, { record, tries }] of answers) store.merge(id, record, tries)
  store.refresh()
  return told(answers, about)
}

function unpack(text) {
  let raw
  try {
    raw = JSON.parse(text, notAfter(new Date().toISOString()))
  } catch {
    throw new Refused("This is not a file that was saved here: it is damaged or of another kind. Nothing was changed.")
  }
  if (raw?.nbformat && raw.cells) {
    throw new Refused("This is a notebook, to hand in or to open in Jupyter. A file that can be loaded here ends in .json.")
  }
  if (raw?.course !== course || typeof raw.answers !== "object" || raw.answers === null) {
    throw new Refused("This file does not hold answers from this course. Nothing was changed.")
  }
  if (raw.format !== FORMAT) {
    throw new Refused("This file was saved by a later edition of the course: load it there. Nothing was changed.")
  }
  const entries = Object.entries(raw.answers)
  if (entries.length > MOST) throw new Refused(`This file holds ${entries.length} answers, more than any course has.`)
  const answers = new Map()
  for (const [id, entry] of entries) {
    const { verdict, ...rest } = clean(entry)
    const record = { ...rest, ...(verdict && { verdict: { of: verdict.of, name: verdict.name, time: verdict.time } }) }
    const tries = cleanTries(entry?.tries)
    if (isId(id) && (Object.keys(record).length || tries.length)) answers.set(id, { record, tries })
  }
  return { answers, bad: entries.length - answers.size, edition: String(raw.edition ?? ""), saved: raw.saved }
}

// A time in the future would win over everything that is done from now on.
const notAfter = (now) => (key, value) =>
  ["time", "changed", "seen", "done", "saved"].includes(key) && typeof value === "string" && value > now ? now : value

function told(answers, { bad, edition: other, saved }) {
  const known = new Set(topics.flatMap(({ exercises, questions }) => [...exercises.map(({ id }) => id), ...questions]))
  const unknown = [...answers.keys()].filter((id) => !known.has(id)).length
  const day = isNaN(Date.parse(saved)) ? "" : ` from ${new Date(saved).toLocaleDateString()}`
  return [
    `Loaded ${answers.size} ${answers.size === 1 ? "answer" : "answers"}${day}, and merged with what was here;`,
    "where two texts differ, the newer one is shown, and the other is among the tries.",
    other === edition ? "" : `The file is from another edition (${other.slice(0, 20)}).`,
    unknown ? `${unknown} belong to exercises that this edition does not have; they are kept all the same.` : "",
    bad ? `${bad} could not be read and were left out.` : "",
    store.losing ? "This browser has no room for all of it: what is new will be lost when you close the page." : "",
  ]
    .filter(Boolean)
    .join(" ")
}
