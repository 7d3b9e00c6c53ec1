// Keeps the book for readers without a network: the site's own files, and what its pages fetch from other hosts.
// The build writes before this the constant `course`: `files` of the site with a digest of each, the `folders` of those
// that change with the digest `fixed` alone, and that digest.

const root = registration.scope
const ours = `course ${new URL(root).pathname} ` // other editions of the course may lie on the same host
const FILES = `${ours}files` // each under its digest, so that of a new release only that is fetched which has changed
const FIXED = `${ours}fixed ${course.fixed}` // whose version stands in the address, as on other hosts, or is that digest

const isOurs = (address) => address.startsWith(root)
const nameOf = (address) => address.slice(root.length).replace(/[?#].*$/, "").replace(/(^|\/)$/, "$1index.html")
const keyOf = (name) => `${root}${name}?kept=${course.files[name]}`
const isFixed = (address) => !isOurs(address) || course.folders.some((folder) => nameOf(address).startsWith(folder))

addEventListener("install", () => skipWaiting())
addEventListener("activate", (event) => event.waitUntil(clients.claim()))
addEventListener("message", (event) => event.waitUntil(keep(event.data)))
addEventListener("fetch", (event) => {
  const { method, url } = event.request
  if (method !== "GET" || !/^https?:/.test(url)) return
  if (isFixed(url)) event.respondWith(fixed(event.request))
  else event.respondWith(fresh(event.request))
})

/** What never changes: as it is kept, or else from the network, and kept if its host allows that to be read. */
async function fixed(request) {
  const cache = await caches.open(FIXED)
  const kept = await cache.match(request.url)
  if (kept) return kept
  const open = new Request(request.url, { mode: "cors", credentials: "omit" })
  const response = await fetch(open).catch(() => undefined)
  if (!response) return fetch(request)
  if (response.ok) await cache.put(request.url, response.clone()).catch(() => {}) // there may be no room
  return response
}

/** What belongs to a release: from the network, asked whether it is new; as it is kept where there is none. */
async function fresh(request) {
  // A navigation can be sent on as it is only, and would not be asked anew then.
  const { url, mode } = request
  const asked = mode === "navigate" ? new Request(url, { credentials: "same-origin", redirect: "manual" }) : request
  try {
    return await fetch(asked, { cache: "no-cache" })
  } catch (error) {
    const cache = await caches.open(FILES)
    const name = nameOf(url)
    const kept = (await cache.match(keyOf(name))) ?? (await cache.match(root + name, { ignoreSearch: true }))
    if (kept) return kept
    throw error
  }
}

/** Keep all files of the release, those that a page has used first, and what it fetched from elsewhere. */
async function keep({ used, all }) {
  for (const address of used.filter(isFixed)) await fixed(new Request(address)).catch(() => {})
  const cache = await caches.open(FILES)
  const names = new Set([...used.filter(isOurs).map(nameOf), ...(all ? Object.keys(course.files) : [])])
  for (const name of names) {
    if (!(name in course.files) || (await cache.match(keyOf(name)))) continue
    const response = await fetch(root + name, { cache: "no-cache" }).catch(() => undefined)
    if (!response) return // there is no network any longer; the next page goes on from here
    if (response.ok) await cache.put(keyOf(name), response)
  }
  if (all) await tidy(cache)
}

/** Delete what was kept of earlier releases. */
async function tidy(cache) {
  for (const name of await caches.keys()) {
    if (name.startsWith(ours) && name !== FILES && name !== FIXED) await caches.delete(name)
  }
  const wanted = new Set(Object.keys(course.files).map(keyOf))
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url)
}
