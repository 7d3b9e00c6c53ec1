// The files that Pyodide fetches first: fetched before it asks, all at once, and watched, since it waits forever if one
// fails.

import { fetched } from "./fetched.js"

const FILES = ["pyodide.asm.wasm", "python_stdlib.zip"]

/**
 * Begin to fetch Python itself. Return `all`, fulfilled when it has arrived; `failure`, never fulfilled, but rejected
 * if something goes wrong; and `close`, to be called when Python has started.
 */
export function fetchCore(pyodide, hear) {
  const { fetch } = self
  const { warn } = console
  const begun = new Map(FILES.map((name) => [pyodide + name, fetched(pyodide + name, hear)]))
  const all = Promise.all([...begun.values()].map(async (file) => (await file).all))
  const failure = new Promise((_, reject) => {
    all.catch(reject)
    console.warn = (...said) => (said[0] instanceof Error ? reject(said[0]) : warn(...said)) // the only report that Pyodide makes
  })
  failure.catch(() => {})
  self.fetch = async (resource, ...options) => {
    const early = begun.get(String(resource))
    return early ? typed(String(resource), (await early).response) : fetch(resource, ...options)
  }
  const close = () => {
    self.fetch = fetch
    console.warn = warn
  }
  return { all, failure, close }
}

/** Return the same response with the type that a browser needs in order to compile it while it is still arriving. */
function typed(address, response) {
  if (!address.endsWith(".wasm") || response.headers.get("Content-Type") === "application/wasm") return response
  return new Response(response.body, { headers: { "Content-Type": "application/wasm" } })
}
