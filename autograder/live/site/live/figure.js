// Figures that respond to sliders: each move asks the same Python that judges the exercises to redraw. A button that
// trains advances a slider, picture by picture, to its end.

import { sanitized } from "./sanitize.js"

export function connectFigures(python, ask) {
  for (const figure of document.querySelectorAll(".live-figure")) connect(figure, python, ask)
}

function connect(figure, python, ask) {
  const picture = figure.querySelector(".live-picture")
  const status = figure.querySelector(".live-status")
  const controls = [...figure.querySelectorAll("input, select")]
  let wanted = false
  let drawing

  // While one picture is drawn the sliders may move on: only their latest position is drawn next.
  function draw() {
    wanted = true
    return (drawing ??= drawAll().finally(() => (drawing = undefined)))
  }

  /** Draw until the picture matches the sliders; return whether it does. */
  async function drawAll() {
    let drawn = false
    while (wanted) {
      wanted = false
      const settings = Object.fromEntries(
        controls.map(({ type, name, value }) => [name, type === "range" ? Number(value) : value]),
      )
      const fail = (message) => (status.textContent = message)
      const reply = await ask({ do: "draw", topic: figure.dataset.topic, settings }, { status, onFail: fail })
      drawn = Boolean(reply?.svg)
      if (drawn) picture.replaceChildren(sanitized(reply.svg))
      else if (reply) fail(reply.stopped)
    }
    figure.dataset.drawn = controls.map(({ value }) => value).join(" ")
    return drawn
  }

  function tell() {
    status.textContent = [...picture.querySelectorAll(".plot-wide .title")].map((title) => title.textContent).join(". ")
  }

  for (const control of [...controls, ...figure.querySelectorAll("button")]) {
    control.disabled = false
    control.addEventListener("focus", () => python.load().catch(() => {}), { once: true })
  }
  for (const button of figure.querySelectorAll(".live-train")) connectTraining(button, controls, draw, tell)
  for (const control of controls) {
    control.addEventListener("input", () => {
      sayValue(control)
      draw()
    })
  }
}

/** Let `button` move its slider to the end and `draw` each step, then `tell`; moving another control ends that. */
function connectTraining(button, controls, draw, tell) {
  const steps = controls.find(({ name }) => name === button.dataset.steps)
  let running = false

  function stop() {
    running = false
    button.textContent = "Train"
  }

  function rewind() {
    steps.value = steps.min
    sayValue(steps)
  }

  async function run() {
    running = true
    button.textContent = "Stop"
    if (steps.value === steps.max) rewind()
    while (running && steps.value !== steps.max) {
      steps.stepUp()
      sayValue(steps)
      if (!(await draw())) return stop()
    }
    if (running) tell()
    stop()
  }

  button.addEventListener("click", () => (running ? stop() : run()))
  for (const control of controls) {
    control.addEventListener("input", () => {
      stop()
      if (control !== steps) rewind() // another training run, from its beginning
    })
  }
}

function sayValue(control) {
  const shown = control.parentElement.querySelector("output")
  if (shown) shown.textContent = control.value
}
