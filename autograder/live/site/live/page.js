// A chapter's exercises and quiz, answered where they are read, and its figures, which share the exercises' Python.

import { asking } from "./ask.js"
import { Exercise } from "./exercise.js"
import { connectFigures } from "./figure.js"
import { notebook, save } from "./notebook.js"
import { connectPanel } from "./panel.js"
import { progress } from "./progress.js"
import { Python } from "./python.js"
import { Question } from "./quiz.js"
import { store } from "./store.js"
import { Writing } from "./writing.js"

const data = JSON.parse(document.getElementById("live-data").textContent)
const python = new Python(data)
const ask = asking(python)

const frames = [...document.querySelectorAll("section.exercise")]
const bar = document.getElementById("live-progress")

const exercises = data.exercises.map((facts, place) => {
  if (facts.kind === "text") return new Writing(frames[place], facts, { onResult: count })
  const given = [...data.setup, ...facts.given]
  return new Exercise(frames[place], { ...facts, given }, { python, ask, onResult: count })
})
const questions = [...document.querySelectorAll("form.quiz")].map((form) => new Question(form, count))

function count() {
  const [{ passed, total, seen, parts }] = progress([data.topic])
  const told = [
    parts.exercises.total && `${parts.exercises.passed} of ${parts.exercises.total} exercises passed`,
    seen && `${seen} with the solution seen`,
    parts.written.total && `${parts.written.passed} of ${parts.written.total} written`,
    parts.questions.total && `${parts.questions.passed} of ${parts.questions.total} questions right`,
  ]
  Object.assign(bar.querySelector("progress"), { value: passed, max: total })
  bar.querySelector("span").textContent = told.filter(Boolean).join(", ")
}
count()

store.addEventListener("change", ({ detail: { id, elsewhere } }) => {
  for (const each of [...exercises, ...questions]) if (id === null || each.id === id) each.refresh(elsewhere)
  count()
})

const withTries = bar.querySelector("[name=attempts]")
const download = bar.querySelector("[name=download]")
download.disabled = false
download.addEventListener("click", async () => {
  const names = exercises.map(({ id, answer }) => [id.split("/")[1], answer])
  const tried = exercises.map(({ id }) => [id, store.tries(id)]).filter(([, tries]) => tries.length)
  const seen = exercises.filter(({ id }) => store.read(id).seen).map(({ id }) => id)
  const more = { ...(withTries.checked && { attempts: Object.fromEntries(tried) }), ...(seen.length && { solutions_seen: seen }) }
  const status = bar.querySelector(".live-status")
  status.textContent = ""
  try {
    save(`${data.topic}.ipynb`, await notebook(data.assignment, Object.fromEntries(names), more))
  } catch (error) {
    status.textContent = `The notebook could not be made (${error.message}). Are you offline? Save to a file below instead.`
  }
})

connectPanel(bar)
connectFigures(python, ask)
