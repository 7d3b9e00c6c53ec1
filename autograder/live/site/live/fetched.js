// A file that Python starts from: how much of it has come, and whether it is what was asked for.

export const nameOf = (address) => new URL(address).pathname.split("/").pop()

/**
 * Fetch a file, and tell `hear` of its bytes as they come: `{ of: name, bytes, size }`, the size where it is known.
 * Returns the response, and `all`, which is fulfilled when all of it has come.
 */
export async function fetched(address, hear) {
  const name = nameOf(address)
  const response = await fetch(address).catch((error) => {
    throw new Error(`${name} cannot be fetched: ${error.message}`)
  })
  if (!response.ok) throw new Error(`${name} cannot be fetched: ${response.status} ${response.statusText}`.trim())
  if (response.headers.get("Content-Type")?.startsWith("text/html")) {
    throw new Error(`a web page came in the place of ${name}`)
  }
  const all = count(response.clone(), name, hear)
  all.catch(() => {}) // whoever reads the file hears of it too
  return { response, all }
}

async function count({ headers, body }, of, hear) {
  // The length of what is sent packed says nothing of the length that is counted here.
  const size = headers.has("Content-Encoding") ? undefined : Number(headers.get("Content-Length")) || undefined
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return hear({ of, bytes: 0, done: true })
    hear({ of, bytes: value.length, size })
  }
}
