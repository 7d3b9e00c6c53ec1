// A file that Python starts from: how much of it has arrived, and whether it is what was asked for.

export const nameOf = (address) => new URL(address).pathname.split("/").pop()

/**
 * Fetch a file, and report its bytes to `hear` as they arrive: `{ of: name, bytes, size }`, with the size if known.
 * Return the response, and `all`, which is fulfilled when all of it has arrived.
 */
export async function fetched(address, hear) {
  const name = nameOf(address)
  const response = await fetch(address).catch((error) => {
    throw new Error(`${name} cannot be fetched: ${error.message}`)
  })
  if (!response.ok) throw new Error(`${name} cannot be fetched: ${response.status} ${response.statusText}`.trim())
  if (response.headers.get("Content-Type")?.startsWith("text/html")) {
    throw new Error(`a web page came instead of ${name}`)
  }
  const all = count(response.clone(), name, hear)
  all.catch(() => {}) // the reader of the file gets the error too
  return { response, all }
}

async function count({ headers, body }, of, hear) {
  // The length of a compressed response says nothing about the length that is counted here.
  const size = headers.has("Content-Encoding") ? undefined : Number(headers.get("Content-Length")) || undefined
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return hear({ of, bytes: 0, done: true })
    hear({ of, bytes: value.length, size })
  }
}
