// How far a reader has come in the whole book: what has passed counts, whatever happened to the text afterwards.

import { topics } from "./course.js"
import "./older.js"
import { store } from "./store.js"

/**
 * Return, for each topic of the course or each of those named, in the course's order: its `topic`, `title` and
 * `address` (from the site's root); how many of its `total` exercises, written answers and questions are `passed`; for
 * how many exercises a solution was `seen`; and `parts`, `passed` of `total` by kind.
 *
 *     for (const { topic, passed, total } of progress()) ...
 */
export function progress(names = topics.map(({ topic }) => topic)) {
  return topics.filter(({ topic }) => names.includes(topic)).map(ofTopic)
}

/** Call `action` now, and whenever another page changes something. */
export function watch(action) {
  store.addEventListener("change", action)
  action()
}

/** Return whether something is done: passed or, if a person reads it, finished. */
export function isDone(id) {
  const { passed, done } = store.read(id)
  return Boolean(passed ?? done)
}

function ofTopic({ topic, title, address, exercises, questions }) {
  const ids = {
    exercises: exercises.filter(({ kind }) => kind === "code").map(({ id }) => id),
    written: exercises.filter(({ kind }) => kind === "text").map(({ id }) => id),
    questions,
  }
  const parts = Object.fromEntries(
    Object.entries(ids).map(([part, all]) => [part, { passed: all.filter(isDone).length, total: all.length }]),
  )
  const sum = (name) => Object.values(parts).reduce((total, part) => total + part[name], 0)
  const seen = ids.exercises.filter((id) => store.read(id).seen).length
  return { topic, title, address, passed: sum("passed"), total: sum("total"), seen, parts }
}
