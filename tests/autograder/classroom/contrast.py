"""How legible a page is: the lowest contrast between a text and its background, over all visible texts."""

# By WCAG's formula; run in the page.
CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1)
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1) }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  let least = 21
  for (const element of document.querySelectorAll("main *")) {
    const texts = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    if (!texts || !element.checkVisibility()) continue
    const grounds = []
    for (let up = element; up; up = up.parentElement) grounds.unshift(getComputedStyle(up).backgroundColor)
    const [a, b] = [light(paint(grounds)), light(paint([...grounds, getComputedStyle(element).color]))]
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05))
  }
  return least
}
"""
