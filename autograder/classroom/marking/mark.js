// Marking one answer: each action, by key or by pointer, is saved at once; nothing is left behind unsaved.

const marks = document.getElementById("marks")
const told = document.getElementById("told")
let saving = Promise.resolve() // saves follow each other, since each needs the version that the one before led to
let unsaved = 0 // actions, and texts that are being written

let fading

function tell(words, kind, acts = []) {
  clearTimeout(fading)
  told.replaceChildren(words, ...acts)
  told.className = kind
  told.hidden = false
  if (kind === "right" && !acts.length) fading = setTimeout(() => (told.hidden = true), 2500)
}

function act(label, run) {
  const button = document.createElement("button")
  button.type = "button"
  button.append(label)
  button.addEventListener("click", run)
  return button
}

async function post(address, body) {
  const reply = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  })
  return [reply.status, await reply.json()]
}

function save(action) {
  unsaved += 1
  saving = saving.then(() => send(action))
  return saving
}

async function send(action) {
  const items = [...marks.querySelectorAll("[name=item]:checked")].map((box) => box.value)
  const adjust = Number(marks.elements.adjust.value) // an empty field is 0
  const comment = marks.elements.comment.value
  try {
    const body = { seen: marks.dataset.version, action, items, adjust, comment }
    const [status, said] = await post(location.pathname, body)
    if (status === 200) {
      unsaved = Math.max(unsaved - 1, 0)
      show(said)
    } else if (status === 409 && said.version) {
      overtaken(action, said)
    } else {
      tell(said.told, "wrong", [act("Try again", () => retry(action))])
    }
  } catch {
    const words = "Not saved: the program does not respond. If it has ended, start it again; this page still has your text."
    tell(words, "wrong", [act("Try again", () => retry(action))])
  }
}

function retry(action) {
  unsaved = 0
  save(action)
}

function overtaken(action, said) {
  const theirs = act("Show what is there now", () => {
    unsaved = 0
    location.reload()
  })
  const mine = act("Replace it with mine", () => {
    marks.dataset.version = said.version
    retry(action)
  })
  tell(said.told, "wrong", [theirs, mine])
}

function show(said) {
  const outdated = said.rubric !== Number(marks.dataset.rubric)
  marks.dataset.version = said.version
  document.getElementById("points").textContent = said.points
  document.getElementById("by").textContent = said.by
  const state = document.getElementById("state")
  state.textContent = said.state
  state.className = `state ${said.kind}`
  for (const count of marks.querySelectorAll("[data-count]")) {
    count.textContent = said.counts[count.dataset.count] ?? "removed"
  }
  if (outdated) {
    tell("Saved. Another marker has changed the items.", "right", [act("Load them", () => location.reload())])
  } else {
    tell("Saved.", "right")
  }
}

// What an action does to the fields, before it is saved.
const acts = {
  none() {
    choose(() => false)
    return "mark"
  },
  clear() {
    choose(() => false)
    return "clear"
  },
  stand() {
    return "stand"
  },
}

function choose(which) {
  for (const box of marks.querySelectorAll("[name=item]")) box.checked = which(box)
  marks.elements.adjust.value = "0"
}

async function go(which) {
  const link = document.getElementById(which)
  if (!link) return
  document.activeElement?.blur() // which saves a comment
  await saving
  if (!unsaved) location.assign(link.href)
}

function writing(event) {
  return event.target.closest("textarea, input[type=number], select") !== null
}

if (marks) {
  marks.addEventListener("submit", (event) => event.preventDefault())
  marks.addEventListener("change", (event) => {
    if (event.target.name === "comment") unsaved = 0 // its text is part of this action
    save(event.target.name === "comment" ? "comment" : "mark")
  })
  marks.elements.comment.addEventListener("input", () => (unsaved = Math.max(unsaved, 1)))
  for (const button of marks.querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => save(acts[button.dataset.action]()))
  }
  for (const link of document.querySelectorAll("main a[href]:not([target])")) {
    if (!link.closest(".handed")) {
      link.addEventListener("click", async (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        await saving
        if (!unsaved) location.assign(link.href)
      })
    }
  }
  for (const link of document.querySelectorAll(".handed a[href]")) {
    link.target = "_blank"
    link.rel = "noopener noreferrer"
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault()
  })

  addEventListener("keydown", (event) => {
    if (event.key === "Escape") return document.activeElement?.blur()
    if (writing(event) || event.ctrlKey || event.metaKey || event.altKey) return
    const box = /^[1-9]$/.test(event.key) && marks.querySelectorAll("[name=item]")[Number(event.key) - 1]
    const keys = {
      ArrowLeft: () => go("previous"),
      ArrowRight: () => go("next"),
      n: () => go("waiting"),
      c: () => marks.elements.comment.focus(),
      0: () => save(acts.none()),
      k: () => marks.querySelector("[data-action=stand]")?.click(),
    }
    const run = box ? () => box.click() : Object.hasOwn(keys, event.key) && keys[event.key]
    if (!run) return
    event.preventDefault()
    run()
  })

  const editor = document.getElementById("items")
  editor.addEventListener("click", (event) => {
    if (event.target.dataset.action === "remove") event.target.closest("li").remove()
  })
  editor.addEventListener("submit", async (event) => {
    event.preventDefault()
    await saving
    const rows = [...editor.querySelectorAll("li")].map((row) => {
      const [points, words] = row.querySelectorAll("input, textarea")
      return { id: row.dataset.id, points: points.valueAsNumber, text: words.value.trim() }
    })
    const items = rows.filter((row) => row.id || row.text || !Number.isNaN(row.points))
    try {
      const [status, said] = await post("items", { seen: Number(marks.dataset.rubric), items })
      if (status !== 200) return tell(said.told, "wrong")
      sessionStorage.setItem("told", said.told)
      location.reload()
    } catch {
      tell("Not saved: the program does not respond. If it has ended, start it again.", "wrong")
    }
  })

  const before = sessionStorage.getItem("told")
  sessionStorage.removeItem("told")
  if (before) tell(before, "right")
}
