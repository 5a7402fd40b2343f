/**
 * A cheap look at brackets before any parser sees the cell.
 *
 * OXC recurses on the native stack, and a native stack overflow takes the whole process with it (4,000 nested
 * parentheses do, on a worker's 4 MB stack), so a cell that nests too deep is refused here. The same scan tells which
 * brackets are open at the end, for indentation. It is lexical: a wrong guess about a regular expression can only make
 * the indentation wrong or the limit late.
 */

// Measured on a worker thread: 1,000 nested brackets of any kind pass, 4,000 crash.
const MAX_BRACKETS = 1000;
// `a = a = …`, `a ? b : a ? b : …`, `x => x => …`, `<a><a>…`, `a: b: …`: each link recurses too, in smaller frames.
const MAX_CHAIN = 1500;
// `else if …`, `if (a) if (b) …`, without a brace or semicolon between: 4,000 pass, 10,000 crash.
const MAX_HEADS = 3000;

/** @typedef {{ tooDeepAt: number, open: number[], inTemplate: boolean }} Scan `open`: offsets of brackets not closed */

// Runs of plain characters are loops of one class: V8 remembers each turn of an alternative, and a pasted string of
// megabytes would overflow that.
const TOKEN = /\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?(?:\*\/|$)|'[^'\\\n\r]*(?:\\[^][^'\\\n\r]*)*'?|"[^"\\\n\r]*(?:\\[^][^"\\\n\r]*)*"?|`|[([{]|[)\]}]|=>|[?!~=*+<:,-]|\/|;|\n|[$\w\u0080-\uffff]+/g;
const PREFIX_WORD = /^(?:new|await|typeof|void|delete|yield|return|throw|case|in|of|instanceof|keyof|readonly|unique|infer|extends)$/;
const HEAD_WORD = /^(?:if|else|for|while|do|with)$/;
const ELSE = /\s*else\b/y;
const REGEX = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/\w*/y;
const TEMPLATE = /[^`\\$]*(?:(?:\\[^]|\$(?!\{))[^`\\$]*)*(`|\$\{|$)/y;

/** @param {string} source @returns {Scan} */
export function scanBrackets(source) {
  const scanner = new Scanner(source);
  while (!scanner.stopped) scanner.next();
  return { tooDeepAt: scanner.tooDeepAt, open: scanner.open, inTemplate: scanner.inTemplate };
}

/** Where one scan stands. */
class Scanner {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
    this.token = new RegExp(TOKEN);
    /** @type {number[]} */ this.open = [];
    /** @type {Set<number>} depths that a template's `${` opened */ this.templates = new Set();
    this.chain = 0;
    this.heads = 0;
    this.operand = false; // a value came last, so `/` divides
    this.tooDeepAt = -1;
    this.inTemplate = false;
    this.stopped = false;
  }

  next() {
    const match = this.token.exec(this.source);
    if (match === null) { this.stopped = true; return; }
    const [text] = match;
    switch (text[0]) {
      case '`': this.template(); return;
      case '(': case '[': case '{': this.opening(match.index); return;
      case ')': case ']': case '}': this.closing(text); return;
      case '/': if (text === '/') this.slash(match.index); return;
      case ';': this.semicolon(); return;
      case '\n': this.chain = 0; return;
      case ',': this.chain = 0; this.operand = false; return;
      case '"': case "'": this.operand = true; return;
      // `a + a + …` is parsed in a loop; its tree is deep all the same, but in small frames.
      case '+': case '-': this.link(match.index, 0.1); return;
      case '=': case '?': case '!': case '~': case '*': case '<': case ':': this.link(match.index, 1); return;
    }
    if (HEAD_WORD.test(text)) this.head(match.index);
    else if (PREFIX_WORD.test(text)) this.link(match.index, 1);
    else this.operand = true;
  }

  /** @param {number} at @param {number} weight */
  link(at, weight) {
    this.operand = false;
    this.chain += weight;
    if (this.chain > MAX_CHAIN) this.stop(at);
  }

  /** @param {number} at */
  head(at) {
    this.operand = false;
    if (++this.heads > MAX_HEADS) this.stop(at);
  }

  /** @param {number} at */
  opening(at) {
    this.operand = false;
    this.chain = 0;
    if (this.open.push(at) > MAX_BRACKETS) this.stop(at);
  }

  /** In `for (;;) for (;;) …` it ends nothing. */
  semicolon() {
    this.chain = 0;
    this.operand = false;
    if (this.source[this.open.at(-1) ?? -1] !== '(') this.heads = 0;
  }

  /** @param {string} text */
  closing(text) {
    const wasTemplate = this.templates.delete(this.open.length);
    this.open.pop();
    this.operand = text !== '}';
    ELSE.lastIndex = this.token.lastIndex;
    if (text === '}' && !ELSE.test(this.source)) this.heads = 0;
    if (wasTemplate && text === '}') this.template();
  }

  template() {
    TEMPLATE.lastIndex = this.token.lastIndex;
    const found = /** @type {RegExpExecArray} */ (TEMPLATE.exec(this.source));
    this.token.lastIndex = TEMPLATE.lastIndex;
    this.operand = found[1] === '`';
    if (found[1] === '') {
      this.inTemplate = true;
      this.stopped = true;
    } else if (found[1] === '${') {
      this.opening(TEMPLATE.lastIndex - 1);
      this.templates.add(this.open.length);
    }
  }

  /** @param {number} at */
  slash(at) {
    REGEX.lastIndex = at;
    const isRegex = !this.operand && REGEX.test(this.source);
    if (isRegex) this.token.lastIndex = REGEX.lastIndex;
    this.operand = isRegex;
  }

  /** @param {number} at */
  stop(at) {
    this.tooDeepAt = at;
    this.stopped = true;
  }
}
