/**
 * Is the cell finished, or does the user go on typing?
 *
 * The parser decides: a cell is incomplete when what is wrong with it is only that it ends. An unterminated string or
 * regular expression is wrong already, an unterminated template or comment is not.
 */
import { scanBrackets } from './nesting.mjs';
import { normalise, parseCell } from './parse.mjs';

/** @typedef {{ status: 'complete' | 'incomplete' | 'invalid', indent: string, message: string }} Completeness */

const INDENT = '  ';

/** @param {string} source @returns {Completeness} */
export function checkComplete(source) {
  const text = normalise(source);
  const parsed = parseCell(text);
  if (parsed.ok) return { status: 'complete', indent: '', message: '' };
  const message = parsed.problems[0]?.message ?? 'Invalid or unexpected token';
  const incomplete = parsed.attempts.some((problems) => problems.length > 0 && endsTooSoon(text, problems[0]));
  return incomplete ? { status: 'incomplete', indent: indentOf(text), message } : { status: 'invalid', indent: '', message };
}

/** @param {string} text @param {import('./diagnostics.mjs').Problem} problem */
function endsTooSoon(text, { message, start, end }) {
  if (/multiline comment|[Uu]nterminated template/.test(message)) return true;
  if (/Unterminated string/.test(message)) return /\\\r?\n?$/.test(text);
  if (/Unterminated/.test(message)) return false;
  // `let` alone is a word that the parser knows only together with what follows.
  return start >= text.trimEnd().length || (/'let' is reserved/.test(message) && end === text.trimEnd().length);
}

/** Two spaces for each line that leaves a bracket open. @param {string} text */
function indentOf(text) {
  const { open, inTemplate } = scanBrackets(text);
  if (inTemplate) return '';
  const lines = new Set(open.map((offset) => text.lastIndexOf('\n', offset)));
  return INDENT.repeat(lines.size);
}
