// A chapter's answers, filled into its assignment: the notebook that is handed in.

/**
 * Return the assignment at `address` with the answers in `texts`, by the exercises' names, as a notebook's text; `more`
 * goes into its metadata, where nobody grades it. Throws if the assignment cannot be fetched.
 */
export async function notebook(address, texts, more) {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  const { cells, ...rest } = await response.json()
  for (const cell of cells) {
    const { grade_id: id = "", solution } = cell.metadata.nbgrader ?? {}
    const text = texts[id.replace(/-answer$/, "")]
    if (solution && text !== undefined) cell.source = text.split(/(?<=\n)/)
  }
  rest.metadata = { ...rest.metadata, ...more }
  return JSON.stringify({ cells, ...rest }, null, 1) + "\n"
}

/** Let the browser save a text as a file. */
export function save(name, text, type = "application/x-ipynb+json") {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
