// A request to Python on behalf of a place in the page, which is told what happens meanwhile.

import { NoPython, TimeLimit } from "./python.js"

/** Return a function that asks `python`, says what happens in `status`, and returns the reply, or undefined without one. */
export function asking(python) {
  return async function ask(request, { status, onPrint, onFail }) {
    const say = (text) => setTimeout(() => (status.textContent = text), 300)
    let soon = say("Starting Python: the first time takes some seconds.")
    try {
      const loaded = python.load().then(
        () => {
          clearTimeout(soon)
          soon = say("Running ...")
        },
        () => {},
      )
      const reply = await python.ask(request, onPrint)
      await loaded
      clearTimeout(soon)
      status.textContent = ""
      return reply
    } catch (error) {
      clearTimeout(soon)
      status.textContent = ""
      if (error instanceof TimeLimit) {
        onFail(`This was ended after ${python.seconds} seconds. Is there a loop that never ends?`)
      } else if (error instanceof NoPython) {
        onFail(
          `Python cannot be loaded here (${error.message}). The exercises also work outside of the page: ` +
            `download the assignment, at the top of the page, and open it in Jupyter.`,
        )
      } else onFail(error.message)
    }
  }
}
