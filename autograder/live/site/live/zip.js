// Read a zip. Python could, but takes ten times as long for an archive of hundreds of small files.

/** Return the files of a zip: pairs of name and bytes, those whose name `wanted` accepts. */
export async function unzip(bytes, wanted = () => true) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length - 22
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1
  if (end < 0) throw new Error("this is not a zip")
  const files = []
  let entry = view.getUint32(end + 16, true)
  for (let count = view.getUint16(end + 10, true); count > 0; count -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(entry + place, true))
    const path = new TextDecoder().decode(bytes.subarray(entry + 46, entry + 46 + name))
    if (!path.endsWith("/") && wanted(path)) {
      const local = view.getUint32(entry + 42, true)
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
      const packed = bytes.subarray(from, from + view.getUint32(entry + 20, true))
      files.push([path, view.getUint16(entry + 10, true) ? inflated(packed) : packed])
    }
    entry += 46 + name + extra + comment
  }
  return Promise.all(files.map(async ([path, content]) => [path, await content]))
}

async function inflated(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
