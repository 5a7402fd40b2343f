/**
 * What a parser found wrong with a cell, in lines and columns of the cell.
 * Lines and columns count from 1; columns count UTF-16 code units, as editors and V8 do.
 */

/** @typedef {{ message: string, line: number, column: number, endLine: number, endColumn: number, hint?: string }} Diagnostic */
/** @typedef {{ message: string, start: number, end: number, hint?: string | null }} Problem offsets into the cell */

/** @param {string} source @param {Problem[]} problems @returns {Diagnostic[]} */
export function toDiagnostics(source, problems) {
  const starts = lineStarts(source);
  return problems.map(({ message, start, end, hint }) => {
    const from = position(starts, clamp(start, source.length));
    const to = position(starts, clamp(Math.max(end, start), source.length));
    return { message, ...from, endLine: to.line, endColumn: to.column, ...(hint ? { hint } : {}) };
  });
}

/** OXC's errors as problems; `shift` is what stood before the cell in the text that was parsed. @param {any[]} errors @param {number} shift @returns {Problem[]} */
export function problemsOf(errors, shift) {
  return errors.map((error) => {
    // A redeclaration labels both places: the second one is where the user's mistake is.
    const redeclared = /already been declared/.test(error.message) && error.labels.length > 1;
    const label = error.labels[redeclared ? 1 : 0] ?? { start: shift, end: shift };
    return { message: error.message, start: label.start - shift, end: label.end - shift, hint: error.helpMessage };
  });
}

/** @param {string} source */
export function lineStarts(source) {
  const starts = [0];
  // V8 counts \r\n as one line end, and U+2028 and U+2029 as line ends.
  for (const match of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** @param {number[]} starts @param {number} offset */
export function position(starts, offset) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle; else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low] + 1 };
}

/** @param {number} value @param {number} limit */
const clamp = (value, limit) => Math.min(Math.max(value, 0), limit);
