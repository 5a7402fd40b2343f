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
// `a = a = …`, `a ? b : a ? b : …`, `x => x => …`, `else if`: each link recurses too, in smaller frames.
const MAX_CHAIN = 1500;

/** @typedef {{ tooDeepAt: number, open: number[], inTemplate: boolean }} Scan `open`: offsets of brackets not closed */

const TOKEN = /\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?(?:\*\/|$)|'(?:[^'\\\n\r]|\\[^])*'?|"(?:[^"\\\n\r]|\\[^])*"?|`|[([{]|[)\]}]|=>|[?!~=*+-]|\/|;|\n|\b(?:else\s+if|new|await|typeof|void|delete|yield|return|case|in|of)\b|[$\w\u0080-\uffff]+/g;
const REGEX = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/\w*/y;
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(`|\$\{|$)/y;

/** @param {string} source @returns {Scan} */
export function scanBrackets(source) {
  /** @type {number[]} */ const open = [];
  /** @type {Set<number>} */ const templates = new Set();
  const token = new RegExp(TOKEN);
  let chain = 0;
  let elseIfs = 0;
  let operand = false; // a value came last, so `/` divides
  let match;
  /** @param {number} at */
  const inTemplateAfter = (at) => {
    TEMPLATE.lastIndex = at;
    const found = /** @type {RegExpExecArray} */ (TEMPLATE.exec(source));
    token.lastIndex = TEMPLATE.lastIndex;
    if (found[1] === '${') templates.add(open.push(TEMPLATE.lastIndex - 1));
    operand = found[1] === '`';
    return found[1] === '';
  };
  while ((match = token.exec(source)) !== null) {
    const text = match[0];
    const first = text[0];
    if (text === '`') {
      if (inTemplateAfter(token.lastIndex)) return { tooDeepAt: -1, open, inTemplate: true };
    } else if (first === '(' || first === '[' || first === '{') {
      if (open.push(match.index) > MAX_BRACKETS) return { tooDeepAt: match.index, open, inTemplate: false };
      operand = false;
      chain = 0;
    } else if (first === ')' || first === ']' || first === '}') {
      const wasTemplate = templates.delete(open.length);
      open.pop();
      operand = first !== '}';
      if (wasTemplate && first === '}' && inTemplateAfter(token.lastIndex)) return { tooDeepAt: -1, open, inTemplate: true };
    } else if (text === '/') {
      REGEX.lastIndex = match.index;
      if (!operand && REGEX.test(source)) { token.lastIndex = REGEX.lastIndex; operand = true; } else operand = false;
    } else if (first === '/') {
      // a comment changes nothing
    } else if (text === ';' || text === '\n') {
      chain = 0;
    } else if (text.startsWith('else')) {
      operand = false;
      if (++elseIfs > MAX_CHAIN) return { tooDeepAt: match.index, open, inTemplate: false };
    } else if (first === '"' || first === "'") {
      operand = true;
    } else if (/^(?:=>|[?!~=*+-]|new|await|typeof|void|delete|yield|return|case|in|of)$/.test(text)) {
      operand = false;
      // `a + a + …` is parsed in a loop; its tree is deep all the same, but in small frames.
      chain += first === '+' || first === '-' ? 0.1 : 1;
      if (chain > MAX_CHAIN) return { tooDeepAt: match.index, open, inTemplate: false };
    } else {
      operand = true;
      if (text === 'else') elseIfs = 0;
    }
  }
  return { tooDeepAt: -1, open, inTemplate: false };
}
