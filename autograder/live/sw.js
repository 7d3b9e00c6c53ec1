// Keeps the book for readers without a network: the site's own files, and what its pages fetch from other hosts.
// The build prepends the constant `course`: the `files` of the site with a digest of each, the `folders` whose files
// change only with the digest `fixed`, and that digest.

const root = registration.scope
const ours = `course ${new URL(root).pathname} ` // other editions of the course may be on the same host
const FILES = `${ours}files` // each under its digest, so that only what has changed in a release is fetched
const FIXED = `${ours}fixed ${course.fixed}` // whose version is in the address, as on other hosts, or is that digest

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

/** Answer for what never changes: from the cache, or else from the network, and keep it if its host lets it be read. */
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

/** Answer for what belongs to a release: from the network, revalidated; from the cache if there is no network. */
async function fresh(request) {
  // A navigation can only be passed on as it is, and would then not be revalidated.
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

/** Keep all files of the release, starting with those that a page has used, and what it fetched from elsewhere. */
async function keep({ used, all }) {
  for (const address of used.filter(isFixed)) await fixed(new Request(address)).catch(() => {})
  const cache = await caches.open(FILES)
  const names = new Set([...used.filter(isOurs).map(nameOf), ...(all ? Object.keys(course.files) : [])])
  for (const name of names) {
    if (!(name in course.files) || (await cache.match(keyOf(name)))) continue
    const response = await fetch(root + name, { cache: "no-cache" }).catch(() => undefined)
    if (!response) return // the network is gone; the next page goes on from here
    if (response.ok) await cache.put(keyOf(name), response)
  }
  if (all) await tidy(cache)
}

/** Delete what was kept from earlier releases. */
async function tidy(cache) {
  for (const name of await caches.keys()) {
    if (name.startsWith(ours) && name !== FILES && name !== FIXED) await caches.delete(name)
  }
  const wanted = new Set(Object.keys(course.files).map(keyOf))
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url)
}
