// What a search finds: in which order, and what it shows of a page. Sphinx loads this after its own script of the search.

// Whatever explains comes before the pages of dnnkit, which list its functions.
var Scorer = {
  score: ([docname, , , , score]) => score + (/^chapters\/api(\/|$)/.test(docname) ? 0 : 1000),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
}

// A page's text, from which Sphinx cuts what it shows, has a formula's TeX, which reads badly and may be cut in two.
const textOf = Search.htmlToText
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html")
  page.querySelectorAll(".math").forEach((formula) => formula.replaceWith("…"))
  return textOf(page.documentElement.outerHTML, anchor)
}
