// The order of what a search finds: whatever explains comes before the pages of dnnkit, which list its functions.

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
