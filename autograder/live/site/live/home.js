// The first page: a figure that trains, and the reader's progress on the map.

import { asking } from "./ask.js"
import { connectFigures } from "./figure.js"
import { progress, watch } from "./progress.js"
import { Python } from "./python.js"

const python = new Python(JSON.parse(document.getElementById("live-data").textContent))
connectFigures(python, asking(python))

watch(() => {
  for (const { topic, passed, total } of progress()) {
    const place = document.querySelector(`.tile[data-topic="${topic}"] .tile-progress`)
    if (!place) continue
    place.hidden = passed === 0
    place.firstElementChild.style.setProperty("--done", (100 * passed) / total)
    place.lastElementChild.textContent = `${passed} of ${total}`
  }
})
