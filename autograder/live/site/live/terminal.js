// What Python prints, as a terminal would show it: in order, with lines that can be overwritten, and cut if it floods.

const FIRST = 8_000 // characters that are shown as they come
const LAST = 2_000 // characters shown of the end, if there are more
const LONGEST = 1_000 // characters of a line that may still be overwritten
const PIECE = 1 << 16 // bytes of one print that are looked at, from either end
const POSTS = 200 // messages a second

/** A line is a list of parts `{ text, error }`; complete lines are sent, and the one that is not complete yet. */
export class Terminal {
  #decoders = { false: new TextDecoder(), true: new TextDecoder() }
  #post

  constructor(post) {
    this.#post = post
    this.begin()
  }

  /** Begin afresh, with nothing printed and nothing left out. */
  begin() {
    Object.assign(this, { line: [], cursor: 0, lines: [], last: [], room: FIRST, kept: 0, omitted: 0 })
    Object.assign(this, { second: 0, posts: 0 })
  }

  /** Take printed bytes of UTF-8; return how many. */
  write(bytes, error) {
    const decoder = this.#decoders[error]
    if (bytes.length <= 2 * PIECE) this.#print(decoder.decode(bytes, { stream: true }), error)
    else {
      this.#print(decoder.decode(bytes.subarray(0, PIECE), { stream: true }), error)
      this.#endLine()
      this.omitted += bytes.length - 2 * PIECE
      this.#print(new TextDecoder().decode(bytes.subarray(-PIECE)).replace(/^\uFFFD+/, ""), error)
    }
    this.#send()
    return bytes.length
  }

  /** Show HTML between what was printed before and after it. */
  show(html) {
    if (this.line.length) this.#endLine()
    this.#send(true)
    this.#post({ show: html })
  }

  /** Send all that is still held, and how much was left out. */
  end() {
    if (this.omitted) {
      this.lines.push([{ text: `\n... about ${this.omitted.toLocaleString("en")} characters left out here ...\n`, error: false }])
    }
    this.lines.push(...this.last)
    this.#send(true)
  }

  #print(text, error) {
    const plain = text.replace(/\x1b\[[\d;?]*[A-Za-z]/g, "") // colours and the like of a real terminal
    for (const [piece] of plain.matchAll(/[^\r\n]+|\r?\n|\r/g)) {
      if (piece === "\r") this.cursor = 0
      else if (piece.endsWith("\n")) this.#endLine("\n")
      else this.#over(piece, error)
    }
  }

  /** Write into the line, over what is there. */
  #over(text, error) {
    const end = this.cursor + text.length
    const part = { text, error }
    const before = slice(this.line, 0, this.cursor)
    this.line = joined([...before, part, ...slice(this.line, end, Infinity)])
    this.cursor = end
    if (length(this.line) > LONGEST) this.#endLine()
  }

  #endLine(end = "") {
    const line = joined([...this.line, { text: end, error: false }])
    this.line = []
    this.cursor = 0
    const size = length(line)
    const room = this.room
    this.room = Math.max(0, room - size)
    if (room) this.lines.push(slice(line, 0, room))
    if (size <= room) return
    this.last.push(slice(line, room, Infinity))
    this.kept += size - room
    while (this.kept > LAST) {
      const over = Math.min(this.kept - LAST, length(this.last[0]))
      this.last[0] = slice(this.last[0], over, Infinity)
      if (!this.last[0].length) this.last.shift()
      this.kept -= over
      this.omitted += over
    }
  }

  /** Send what is new: at once, unless there are more messages per second than a page can show. */
  #send(now = false) {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.second) Object.assign(this, { second, posts: 0 })
    if (!now && this.posts >= POSTS) return
    this.posts += 1
    this.#post({ lines: this.lines, line: this.line })
    this.lines = []
  }
}

const length = (line) => line.reduce((sum, { text }) => sum + text.length, 0)

/** Return the parts of a line between two places. */
function slice(line, from, to) {
  const parts = []
  let place = 0
  for (const { text, error } of line) {
    const cut = text.slice(Math.max(0, from - place), Math.max(0, to - place))
    if (cut) parts.push({ text: cut, error })
    place += text.length
  }
  return parts
}

/** Return the same line with neighbours of one kind joined. */
function joined(line) {
  const parts = []
  for (const { text, error } of line) {
    const last = parts.at(-1)
    if (last && last.error === error) last.text += text
    else if (text) parts.push({ text, error })
  }
  return parts
}
