// A place for a written answer, which a person reads: kept and handed in like the others.

import { keep, kept } from "./store.js"

export class Writing {
  passed = false

  constructor(frame, facts) {
    Object.assign(this, facts)
    const place = frame.querySelector("p.answer")
    this.area = document.createElement("textarea")
    this.area.className = "live-writing"
    this.area.setAttribute("aria-label", `Your answer to: ${this.title}`)
    this.area.placeholder = place.textContent
    this.area.style.minHeight = `${place.offsetHeight}px`
    this.area.value = kept(this.id).text ?? ""
    this.area.addEventListener("input", () => keep(this.id, { text: this.area.value || undefined }))
    place.replaceWith(this.area)
  }
}
