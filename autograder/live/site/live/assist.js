// What the running Python knows about an answer as it is written: how a name can be completed, and which are undefined.

import { autocompletion, closeCompletion, ifNotIn, selectedCompletion } from "@codemirror/autocomplete"
import { lintKeymap, linter } from "@codemirror/lint"
import { EditorState, Prec } from "@codemirror/state"
import { EditorView, keymap } from "@codemirror/view"

const PAUSE = 800 // milliseconds without typing, after which names are checked
const ENOUGH = 2 // letters after which names are offered unasked

/** Return both as extensions of an editor that asks Python through `ask`, whose reply to a request may be undefined. */
export function assistance(ask) {
  const data = [{ autocomplete: ifNotIn(["String", "Comment"], (context) => goOn(context, ask)) }]
  return [
    EditorState.languageData.of(() => data),
    Prec.highest(keymap.of([{ key: "Enter", run: endName }])), // before the keys of completion
    autocompletion({ icons: false }),
    // An offer still on its way when the editor loses focus would open over the buttons.
    EditorView.domEventHandlers({ blur: (_, view) => void setTimeout(() => closeCompletion(view)) }),
    linter((view) => undefinedNames(view.state.doc, ask), { delay: PAUSE }),
    keymap.of(lintKeymap),
  ]
}

// Enter accepts what is offered; if that is the name as already typed, it begins a line, as it would without an offer.
function endName(view) {
  const label = selectedCompletion(view.state)?.label
  const { head } = view.state.selection.main
  if (label && view.state.sliceDoc(Math.max(0, head - label.length), head) === label) closeCompletion(view)
  return false
}

async function goOn(context, ask) {
  const typed = context.matchBefore(/[\w.]+/)?.text ?? ""
  if (!context.explicit && typed.length < ENOUGH) return null
  const { doc } = context.state
  const before = doc.sliceString(doc.lineAt(context.pos).from, context.pos)
  const found = await ask({ do: "complete", source: doc.toString(), before })
  if (!found?.options.length) return null
  const options = found.options.map(({ label, kind, detail }) => ({ label, type: kind, detail, boost: 1 }))
  return { from: context.pos - found.typed.length, options, validFor: /^\w*$/ }
}

async function undefinedNames(doc, ask) {
  const found = await ask({ do: "names", source: doc.toString() })
  const places = (found?.undefined ?? []).filter(({ line }) => line <= doc.lines)
  return places.map(({ line, start, end, message }) => {
    const { from, to } = doc.line(line)
    return { from: Math.min(from + start, to), to: Math.min(from + end, to), severity: "warning", message }
  })
}
