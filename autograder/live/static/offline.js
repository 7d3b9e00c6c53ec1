// Lets the site's service worker keep the book, and what this page has used from other hosts, for reading offline.

let keep = () => {}
const fetched = [] // by Python's worker, whose requests are not in this page's own list of resources

document.addEventListener("python-ready", ({ detail }) => {
  fetched.push(...detail)
  keep({ all: false })
})

addEventListener("load", async () => {
  // On a machine where the book is tried out, another site may be served from the same address tomorrow.
  if (!navigator.serviceWorker || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname)) return
  const root = new URL(document.documentElement.dataset.content_root, location.href)
  await navigator.serviceWorker.register(new URL("sw.js", root), { scope: root.pathname })
  const { active } = await navigator.serviceWorker.ready
  keep = ({ all }) => {
    const resources = performance.getEntriesByType("resource").map(({ name }) => name)
    active.postMessage({ used: [location.href, ...resources, ...fetched], all })
  }
  keep({ all: !navigator.connection?.saveData })
})
