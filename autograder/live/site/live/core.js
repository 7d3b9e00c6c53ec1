// What Pyodide fetches first: fetched before it asks, all at once, and watched, since it waits for ever if one fails.

import { fetched } from "./fetched.js"

const FILES = ["pyodide.asm.wasm", "python_stdlib.zip"]

/**
 * Begin to fetch Python itself. Returns `all`, fulfilled when it has come; `failure`, never fulfilled, but rejected with
 * what goes wrong; and `close`, to call when Python has started.
 */
export function fetchCore(pyodide, hear) {
  const { fetch } = self
  const { warn } = console
  const begun = new Map(FILES.map((name) => [pyodide + name, fetched(pyodide + name, hear)]))
  const all = Promise.all([...begun.values()].map(async (file) => (await file).all))
  const failure = new Promise((_, reject) => {
    all.catch(reject)
    console.warn = (...said) => (said[0] instanceof Error ? reject(said[0]) : warn(...said)) // all that Pyodide says of it
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

/** The same response, of the type without which a browser compiles nothing while it still comes. */
function typed(address, response) {
  if (!address.endsWith(".wasm") || response.headers.get("Content-Type") === "application/wasm") return response
  return new Response(response.body, { headers: { "Content-Type": "application/wasm" } })
}
