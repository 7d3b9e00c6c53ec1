// CodeMirror 6 with what an answer of a few lines needs, in the page's own colours.

import { closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands"
import { python } from "@codemirror/lang-python"
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language"
import { EditorState } from "@codemirror/state"
import { EditorView, drawSelection, keymap } from "@codemirror/view"
import { tags } from "@lezer/highlight"
import { assistance } from "./assist.js"
import { failing, markFailing } from "./failing.js"

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--course-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--course-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--course-number)" },
  { tag: tags.comment, color: "var(--course-comment)" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--course-name)" },
])

const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--pst-color-text-base)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--pst-font-family-monospace)", lineHeight: "inherit" },
  ".cm-content": { padding: "0", caretColor: "var(--pst-color-text-base)" },
  ".cm-line": { padding: "0" },
  ".cm-cursor": { borderLeftColor: "var(--pst-color-text-base)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--course-selection) !important" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--course-selection)" },
  ".cm-failing": { backgroundColor: "color-mix(in srgb, var(--course-wrong) 12%, transparent)" },
  ".cm-failing-said": { color: "var(--course-wrong)", fontFamily: "var(--course-sans)", whiteSpace: "pre-wrap" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--course-measured)" },
  ".cm-tooltip": { backgroundColor: "var(--course-paper)", color: "inherit", border: "1px solid var(--course-rule)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--course-act)", color: "var(--course-on-act)" },
  ".cm-completionDetail": { opacity: "0.8" },
})

export { markFailing }

/** Put an editor in front of a text area, with its text and selection; `ask` asks Python, if it is there and idle. */
export function create(area, { label, onChange, onCheck, onRun, ask }) {
  const act = (action) => (view) => (closeCompletion(view), action(), true) // the offers would hide the result
  const { selectionStart, selectionEnd } = area
  const holder = document.createElement("div")
  holder.className = "live-editor"
  area.before(holder)
  return new EditorView({
    parent: holder,
    state: EditorState.create({
      doc: area.value,
      selection: { anchor: selectionStart, head: selectionEnd },
      extensions: [
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        python(),
        syntaxHighlighting(colours),
        theme,
        assistance(ask),
        failing,
        keymap.of([
          { key: "Shift-Enter", run: act(onCheck) },
          { key: "Mod-Enter", run: act(onRun) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
      ],
    }),
  })
}
