// The first page: a figure that trains, the reader's progress on the map, and where to go on.

import { asking } from "./ask.js"
import { connectFigures } from "./figure.js"
import { Python } from "./python.js"

const python = new Python(JSON.parse(document.getElementById("live-data").textContent))
connectFigures(python, asking(python))
