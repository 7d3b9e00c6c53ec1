// Figures that answer to sliders: each move asks the same Python that judges the exercises to draw anew.

export function connectFigures(python, ask) {
  for (const figure of document.querySelectorAll(".live-figure")) connect(figure, python, ask)
}

function connect(figure, python, ask) {
  const picture = figure.querySelector(".live-picture")
  const status = figure.querySelector(".live-status")
  const controls = [...figure.querySelectorAll("input, select")]
  let wanted = false
  let drawing = false

  // While one picture is drawn the sliders may move on: only where they then stand is drawn next.
  async function draw() {
    wanted = true
    if (drawing) return
    drawing = true
    while (wanted) {
      wanted = false
      const settings = Object.fromEntries(
        controls.map(({ type, name, value }) => [name, type === "range" ? Number(value) : value]),
      )
      const fail = (message) => (status.textContent = message)
      const reply = await ask({ do: "draw", topic: figure.dataset.topic, settings }, { status, onFail: fail })
      if (reply?.svg) picture.innerHTML = reply.svg
      else if (reply) fail(reply.stopped)
    }
    drawing = false
    figure.dataset.drawn = controls.map(({ value }) => value).join(" ")
  }

  for (const control of controls) {
    control.disabled = false
    control.addEventListener("focus", () => python.load().catch(() => {}), { once: true })
    control.addEventListener("input", () => {
      const shown = control.parentElement.querySelector("output")
      if (shown) shown.textContent = control.value
      draw()
    })
  }
}
