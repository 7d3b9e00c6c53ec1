// Runs Python, apart from the page: an endless loop stops this worker only, and the page ends it.

const MOST = 10_000 // characters that one request may print

let page
let printed

async function start({ pyodide, archive }) {
  const { loadPyodide } = await import(pyodide + "pyodide.mjs")
  const packed = fetch(archive)
  const python = await loadPyodide({ indexURL: pyodide, packages: ["numpy"] })
  const response = await packed
  if (!response.ok) throw new Error(`${archive}: ${response.status} ${response.statusText}`)
  python.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: "/course" })
  python.runPython("import sys; sys.path.insert(0, '/course')")
  python.setStdout({ batched: print })
  python.setStderr({ batched: print })
  page = python.pyimport("autograder.live.page")
}

function print(line) {
  if (printed > MOST) return
  printed += line.length + 1
  postMessage({ print: printed > MOST ? "... and more, which is not shown\n" : line + "\n" })
}

onmessage = async ({ data }) => {
  try {
    if (data.start) {
      await start(data.start)
      postMessage({ ready: true })
    } else {
      printed = 0
      postMessage({ reply: JSON.parse(page.reply(JSON.stringify(data.request))) })
    }
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) })
  }
}
