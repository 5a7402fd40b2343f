/**
 * Is the cell finished, or does the user go on typing?
 *
 * The parser decides: a cell is incomplete when what is wrong with it is only that it ends. An unterminated string or
 * regular expression is wrong already, an unterminated template or comment is not.
 */
import { badRegexes, featuresOf } from './features.mjs';
import { scanBrackets } from './nesting.mjs';
import { normalise, parseCell } from './parse.mjs';
import { declarationOf } from './tree.mjs';

/** @typedef {{ status: 'complete' | 'incomplete' | 'invalid', indent: string, message: string }} Completeness */

const INDENT = '  ';

/** @param {string} source @returns {Completeness} */
export function checkComplete(source) {
  const text = normalise(source);
  const parsed = parseCell(text);
  if (parsed.ok) return checkParsed(text, parsed);
  const message = parsed.problems[0]?.message ?? 'Invalid or unexpected token';
  const incomplete = parsed.attempts.some((problems) => problems.length > 0 && endsTooSoon(text, problems[0]));
  return incomplete ? { status: 'incomplete', indent: indentOf(text), message } : { status: 'invalid', indent: '', message };
}

/** @param {string} text @param {import('./parse.mjs').Parsed} parsed @returns {Completeness} */
function checkParsed(text, parsed) {
  const [problem] = badRegexes(featuresOf(parsed.body).regexes);
  if (problem) return { status: 'invalid', indent: '', message: problem.message };
  // `function f()` is an overload signature to TypeScript, and half a function to whoever types it.
  const last = parsed.body.at(-1);
  const signature = last && declarationOf(last);
  const open = signature?.type === 'TSDeclareFunction' && !signature.declare && !text.trimEnd().endsWith(';');
  return { status: open ? 'incomplete' : 'complete', indent: '', message: '' };
}

/** @param {string} text @param {import('./diagnostics.mjs').Problem} problem */
function endsTooSoon(text, { message, start, end }) {
  if (/multiline comment|[Uu]nterminated template/.test(message)) return true;
  // OXC says "string" of templates too.
  if (/Unterminated string/.test(message)) return /[`}]/.test(text[start]) || /\\\r?\n?$/.test(text);
  if (/expected after|initializer in destructuring/.test(message)) return end >= text.trimEnd().length;
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
