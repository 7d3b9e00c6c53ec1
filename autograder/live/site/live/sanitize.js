// HTML that Python sends, rebuilt from what can only be looked at: an answer may come from somebody else's file.

const HTML = "http://www.w3.org/1999/xhtml"
const SVG = "http://www.w3.org/2000/svg"
const words = (text) => new Set(text.split(/\s+/))

const ELEMENTS = {
  [HTML]: words(`b blockquote br caption code col colgroup dd details div dl dt em figcaption figure h3 h4 h5 h6 hr i kbd
    li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr`),
  [SVG]: words(`circle clipPath defs desc ellipse g image line linearGradient marker path pattern polygon polyline
    radialGradient rect stop svg symbol text title tspan`),
}
// What is inside these is not meant to be read either. Other unknown elements are replaced by their content.
const DROPPED = words("script style template iframe object embed noscript foreignobject link meta title textarea select")

const ATTRIBUTES = {
  [HTML]: words("class colspan dir lang open role rowspan scope start style title"),
  [SVG]: words(`class clip-path clip-rule cx cy d dominant-baseline dx dy fill fill-opacity fill-rule font-family font-size
    font-style font-weight fx fy gradientTransform gradientUnits height href image-rendering letter-spacing marker-end
    marker-mid marker-start markerHeight markerUnits markerWidth offset opacity orient paint-order patternTransform
    patternUnits points preserveAspectRatio r refX refY role rotate rx ry shape-rendering stop-color stop-opacity stroke
    stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style
    text-anchor textLength transform vector-effect viewBox width x x1 x2 y y1 y2`),
}
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[\w+/=\s]*$/

/** Return the same as a fragment without scripts, links, forms, or anything that would be fetched. */
export function sanitized(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html")
  const fragment = document.createDocumentFragment()
  fragment.append(...copies(body))
  return fragment
}

function copies(parent) {
  return [...parent.childNodes].flatMap((node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data]
    if (node.nodeType !== Node.ELEMENT_NODE) return []
    const { namespaceURI: space, localName: name } = node
    if (ELEMENTS[space]?.has(name)) return [copy(node, space, name)]
    return DROPPED.has(name.toLowerCase()) ? [] : copies(node)
  })
}

function copy(node, space, name) {
  const made = document.createElementNS(space, name)
  for (const { name, value } of node.attributes) {
    if (name.startsWith("aria-") || ATTRIBUTES[space].has(name)) set(made, name, value)
  }
  made.append(...copies(node))
  return made
}

function set(made, name, value) {
  if (name === "style") made.style.cssText = harmless(value)
  else if (name === "href") PICTURE.test(value) && made.setAttribute(name, value)
  else if (!/\burl\s*\(/i.test(value)) made.setAttribute(name, value)
}

/** Return the declarations of a style that fetch nothing and cover no part of the page. */
function harmless(style) {
  const { style: parsed } = document.createElement("span")
  parsed.cssText = style
  const kept = [...parsed].filter((name) => !/url\(|image-set\(|fixed|sticky/.test(parsed.getPropertyValue(name)))
  return kept.map((name) => `${name}: ${parsed.getPropertyValue(name)}`).join("; ")
}
