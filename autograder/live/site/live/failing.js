// The line of an answer that failed, with what is wrong there, until the answer is edited.

import { StateEffect, StateField } from "@codemirror/state"
import { Decoration, EditorView, WidgetType } from "@codemirror/view"

const fail = StateEffect.define()

class Said extends WidgetType {
  constructor(message) {
    super()
    this.message = message
  }

  eq(other) {
    return other.message === this.message
  }

  toDOM() {
    const place = document.createElement("div")
    place.className = "cm-failing-said"
    place.textContent = this.message
    return place
  }
}

/** The extension that shows it. */
export const failing = StateField.define({
  create: () => Decoration.none,
  update(shown, { docChanged, effects, state }) {
    const effect = effects.find((each) => each.is(fail))
    if (effect) return decorated(state.doc, effect.value)
    return docChanged ? Decoration.none : shown
  },
  provide: (field) => EditorView.decorations.from(field),
})

/** Mark a line, counted from 1, of a view that shows the text that failed; no line clears the mark. */
export function markFailing(view, line, message) {
  view.dispatch({ effects: fail.of(line && { line, message }) })
}

function decorated(doc, failed) {
  if (!failed || failed.line > doc.lines) return Decoration.none
  const { from, to } = doc.line(failed.line)
  const said = Decoration.widget({ widget: new Said(failed.message), block: true, side: 1 })
  return Decoration.set([Decoration.line({ class: "cm-failing" }).range(from), said.range(to)])
}
