// A request to Python on behalf of a place in the page, which shows what is happening.

import { NoPython, Stopped, TimeLimit } from "./python.js"
import { Waiting } from "./waiting.js"

/**
 * Return a function that asks `python` and returns the reply, or undefined if there is none. It says in `status` what
 * is happening, next to which it offers to stop; `hear` gets what Python prints and shows, `onFail` why there is no
 * reply.
 */
export function asking(python) {
  return async function ask(request, { status, hear, onFail }) {
    const waiting = new Waiting(python, status)
    try {
      return await python.ask(request, { hear, signal: waiting.signal })
    } catch (error) {
      if (error instanceof Stopped) waiting.end("Stopped. Your answer is as it was.")
      else onFail(reason(error, python))
    } finally {
      waiting.end()
    }
  }
}

function reason(error, { seconds }) {
  if (error instanceof TimeLimit) return `This was stopped after ${seconds} seconds. Is there a loop that never ends?`
  if (!(error instanceof NoPython)) return error.message
  return (
    `Python cannot be loaded here: ${error.message}. The exercises also work outside this page: download the ` +
    `assignment at the top of the page and open it in Jupyter. To try again here, press the button again.`
  )
}
