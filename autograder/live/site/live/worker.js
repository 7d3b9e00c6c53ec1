// Runs Python apart from the page: an endless loop blocks only this worker, and the page can end it.

import { fetchCore } from "./core.js"
import { Terminal } from "./terminal.js"
import { unzip } from "./zip.js"

const NEEDED = /\.(pyc?|so)$/ // of NumPy's files
const UNUSED = /^numpy\/f2py\/|\/tests\//
const COURSE = "/course"

const say = (message) => postMessage(message)
const terminal = new Terminal(say)
const take = {} // what the page fetches while this thread is busy
const came = Object.fromEntries(["lock", "numpy", "course"].map((name) => [name, new Promise((done) => (take[name] = done))]))
let page

async function start(pyodide) {
  requireWebAssembly()
  const core = fetchCore(pyodide, say)
  core.all.then(() => say({ core: true }), () => {})
  const scripts = Promise.all(["pyodide.mjs", "pyodide.asm.js"].map((name) => import(pyodide + name)))
  const [{ loadPyodide }] = await Promise.race([scripts, core.failure])
  const python = await Promise.race([loadPyodide({ indexURL: pyodide, lockFileContents: came.lock }), core.failure])
  core.close()
  say({ step: true })
  const site = python.runPython("import site; site.getsitepackages()[0]")
  await unpack(python, await came.numpy, site, (path) => NEEDED.test(path) && !UNUSED.test(path))
  python.runPython("import importlib; importlib.invalidate_caches(); import numpy.random")
  say({ step: true })
  await unpack(python, await came.course, COURSE)
  python.runPython(`import sys; sys.path.insert(0, "${COURSE}")`)
  python.setStdout({ write: (bytes) => terminal.write(bytes, false) })
  python.setStderr({ write: (bytes) => terminal.write(bytes, true) })
  page = python.pyimport("autograder.live.page")
  page.settle((html) => terminal.show(html))
  say({ ready: true })
}

function requireWebAssembly() {
  if (typeof WebAssembly !== "object") throw new Error("this browser does not run WebAssembly")
  try {
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) // the smallest there is
  } catch (error) {
    throw new Error(`WebAssembly is blocked here: ${error.message}`)
  }
}

async function unpack({ FS }, archive, folder, wanted) {
  const folders = new Set()
  for (const [path, bytes] of await unzip(new Uint8Array(archive), wanted)) {
    const place = `${folder}/${path}`
    const parent = place.slice(0, place.lastIndexOf("/"))
    if (!folders.has(parent)) FS.mkdirTree(parent)
    folders.add(parent)
    FS.writeFile(place, bytes)
  }
}

onmessage = async ({ data }) => {
  try {
    if (data.start) await start(data.start)
    else if (data.came) take[data.came](data.content)
    else {
      terminal.begin()
      const reply = JSON.parse(page.reply(JSON.stringify(data.request)))
      terminal.end()
      say({ reply })
    }
  } catch (error) {
    say({ failed: String(error.message ?? error) })
  }
}
