// A chapter's exercises, answered where they are read; and its figures, which share the exercises' Python.

import { asking } from "./ask.js"
import { Exercise } from "./exercise.js"
import { connectFigures } from "./figure.js"
import { notebook, save } from "./notebook.js"
import { Python } from "./python.js"
import { attempts, kept } from "./store.js"
import { Writing } from "./writing.js"

const data = JSON.parse(document.getElementById("live-data").textContent)
const python = new Python(data)
const ask = asking(python)

const frames = [...document.querySelectorAll("section.exercise")]
const progress = document.getElementById("live-progress")

function count() {
  const asked = exercises.filter((each) => each.kind === "code")
  const passed = asked.filter((each) => each.passed).length
  progress.querySelector("progress").value = passed
  progress.querySelector("span").textContent = `${passed} of ${asked.length} checked exercises pass`
}

const exercises = data.exercises.map((facts, place) => {
  if (facts.kind === "text") return new Writing(frames[place], facts)
  const given = [...data.setup, ...facts.given]
  return new Exercise(frames[place], { ...facts, given }, { python, ask, onResult: count })
})
count()

const withAttempts = progress.querySelector("[name=attempts]")
const button = progress.querySelector("button")
button.disabled = false
button.addEventListener("click", async () => {
  const texts = Object.fromEntries(data.exercises.map(({ id }) => [id.split("/")[1], kept(id).text]))
  const tried = Object.fromEntries(data.exercises.map(({ id }) => [id, attempts(id)]).filter(([, all]) => all.length))
  save(`${data.topic}.ipynb`, await notebook(data.assignment, texts, withAttempts.checked ? tried : undefined))
})

connectFigures(python, ask)
