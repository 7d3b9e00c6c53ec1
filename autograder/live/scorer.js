// The order of search results, and the excerpt shown of each page. Sphinx loads this after its own search script.

// Pages that explain come before those of dnnkit, which list its functions.
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

// Sphinx takes excerpts from a page's text. Outside the article, that includes a table of contents meant for print and
// the labels of buttons; inside it, the TeX of formulas, which reads badly and may be cut in two.
const textOf = Search.htmlToText
Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html")
  const article = page.querySelector("article")
  if (article) page.querySelector("[role=main]").replaceChildren(article)
  page.querySelectorAll(".math").forEach((formula) => formula.replaceWith("…"))
  return textOf(page.documentElement.outerHTML, anchor)
}
