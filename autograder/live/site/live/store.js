// What a reader wrote stays in their browser; where the browser keeps nothing, it lasts as long as the page.

const unkept = {}

export function kept(id) {
  try {
    return JSON.parse(localStorage.getItem(`course:${id}`)) ?? {}
  } catch {
    return unkept[id] ?? {}
  }
}

const MOST = 50 // attempts at an exercise
const LONGEST = 20_000 // characters of one
const ROOM = 200_000 // and of all at one exercise

/** The attempts at an exercise, the oldest first; they are kept beside the answers, and as long. */
export function attempts(id) {
  const found = kept(`${id}:attempts`).all
  return Array.isArray(found) ? found : []
}

export function keepAttempt(id, verdict, text) {
  const all = [...attempts(id), { time: new Date().toISOString(), verdict, text: text.slice(0, LONGEST) }].slice(-MOST)
  while (JSON.stringify(all).length > ROOM) all.shift()
  keep(`${id}:attempts`, { all })
}

export function keep(id, changes) {
  const now = { ...kept(id), ...changes }
  try {
    localStorage.setItem(`course:${id}`, JSON.stringify(now))
  } catch {
    unkept[id] = now
  }
}
