// What a reader wrote stays in their browser; where the browser keeps nothing, it lasts as long as the page.

const unkept = {}

export function kept(id) {
  try {
    return JSON.parse(localStorage.getItem(`course:${id}`)) ?? {}
  } catch {
    return unkept[id] ?? {}
  }
}

export function keep(id, changes) {
  const now = { ...kept(id), ...changes }
  try {
    localStorage.setItem(`course:${id}`, JSON.stringify(now))
  } catch {
    unkept[id] = now
  }
}
