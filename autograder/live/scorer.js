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

// Sphinx cuts what it shows from a page's text, in which stand, outside the article, a table of contents that is only
// printed and the words of buttons, and inside it a formula's TeX, which reads badly and may be cut in two.
const textOf = Search.htmlToText
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html")
  const article = page.querySelector("article")
  if (article) page.querySelector("[role=main]").replaceChildren(article)
  page.querySelectorAll(".math").forEach((formula) => formula.replaceWith("…"))
  return textOf(page.documentElement.outerHTML, anchor)
}
