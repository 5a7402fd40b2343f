/**
 * Which language is this cell, and what is its tree?
 *
 * TypeScript is tried first, then TSX where there is a `<`, then JavaScript with JSX; each as a module. A cell is a
 * sloppy program, so where only the rules of modules and strict mode object, the text is parsed again as the body of an
 * async arrow function in a script. Nothing is decided by running anything.
 */
import { parseSync } from '../oxc.cjs';
import { scanBrackets } from './nesting.mjs';
import { problemsOf } from './diagnostics.mjs';
import { isFunction, shiftTree, walk } from './tree.mjs';

/** @typedef {import('./tree.mjs').Node} Node */
/** @typedef {import('./diagnostics.mjs').Problem} Problem */
/** @typedef {'ts' | 'tsx' | 'jsx'} Lang */
/**
 * @typedef {object} Parsed
 * @property {true} ok
 * @property {Node[]} body
 * @property {Lang} lang
 * @property {boolean} sloppy only the rules of sloppy scripts accept it
 * @property {boolean} isObject the whole cell is one object literal expression that began with `{`
 * @property {{ type: string, value: string, start: number, end: number }[]} comments
 */
/** @typedef {{ ok: false, problems: Problem[], attempts: Problem[][] }} Unparsed */

/** `text` is a cell after `normalise`. @param {string} text @returns {Parsed | Unparsed} */
export function parseCell(text) {
  const { tooDeepAt } = text.length > 1000 ? scanBrackets(text) : { tooDeepAt: -1 };
  if (tooDeepAt >= 0) return failed([tooDeep(tooDeepAt)]);
  /** @type {Problem[][]} */ const attempts = [];
  const object = startsWithBrace(text) && !endsWithSemicolon(text) ? parseObject(text, attempts) : undefined;
  if (object) return object;
  for (const lang of languages(text)) {
    const parsed = parseAs(text, lang, 0);
    if (parsed.ok) return parsed;
    attempts.push(parsed.problems);
  }
  for (const lang of languages(text)) {
    const parsed = parseSloppy(text, lang);
    if (parsed) return parsed;
  }
  return { ok: false, problems: furthest(attempts), attempts };
}

/** A shebang line and a byte order mark become comment and space, so that no offset changes. @param {string} source */
export function normalise(source) {
  const text = source.startsWith('\ufeff') ? ` ${source.slice(1)}` : source;
  const at = text.length === source.length && source.startsWith('\ufeff#!') ? 1 : 0;
  return text.startsWith('#!', at) ? `${text.slice(0, at)}//${text.slice(at + 2)}` : text;
}

/** @param {number} at @returns {Problem} */
export const tooDeep = (at) => ({ message: 'The code is nested too deeply', start: at, end: at + 1 });

/** @param {Problem[]} problems @returns {Unparsed} */
const failed = (problems) => ({ ok: false, problems, attempts: [problems] });

/** @param {string} text @returns {Lang[]} */
const languages = (text) => (text.includes('<') ? ['ts', 'tsx', 'jsx'] : ['ts', 'jsx']);

/** @param {string} text */
const startsWithBrace = (text) => /^(?:\s|\/\/.*|\/\*[^]*?\*\/)*\{/.test(text);

/** Node's REPL takes `{…};` for a block. @param {string} text */
const endsWithSemicolon = (text) => /;\s*$/.test(text);

/** @param {string} text @param {Problem[][]} attempts receives what was wrong @returns {Parsed | undefined} */
function parseObject(text, attempts) {
  for (const lang of languages(text)) {
    const parsed = parseAs(`(${text}\n)`, lang, 1);
    if (!parsed.ok) attempts.push(parsed.problems);
    else if (spansCell(parsed.body, text.length)) return { ...parsed, isObject: true };
  }
  return undefined;
}

/** `{}), ({}` must not get out of the parentheses. @param {Node[]} body @param {number} length */
function spansCell(body, length) {
  if (body.length !== 1 || body[0].type !== 'ExpressionStatement') return false;
  const { start, end } = body[0].expression;
  return start >= 0 && end <= length;
}

/** @param {string} text @param {Lang} lang @param {number} shift @returns {Parsed | { ok: false, problems: Problem[] }} */
function parseAs(text, lang, shift) {
  const result = parseSync('cell', text, { lang, sourceType: 'module', astType: 'ts', preserveParens: false, showSemanticErrors: true });
  if (result.errors.length > 0) return { ok: false, problems: problemsOf(result.errors, shift) };
  return accepted(result, lang, shift, false);
}

// With a line end, because `-->` is a comment only where a line begins.
const SLOPPY_OPEN = 'async()=>{\n';

/** @param {string} text @param {Lang} lang @returns {Parsed | undefined} */
function parseSloppy(text, lang) {
  const wrapped = `${SLOPPY_OPEN}${text}\n}`;
  const result = parseSync('cell', wrapped, { lang, sourceType: 'script', astType: 'ts', preserveParens: false, showSemanticErrors: true });
  if (result.errors.length > 0 || result.program.body.length !== 1) return undefined;
  const arrow = /** @type {Node} */ (result.program.body[0]).expression;
  // `}; async () => {` would close the wrapper: it must still be one arrow function that spans everything.
  if (arrow?.type !== 'ArrowFunctionExpression' || arrow.end !== wrapped.length || arrow.body.start !== SLOPPY_OPEN.length - 2) return undefined;
  const inner = { program: { body: arrow.body.body }, comments: result.comments };
  return arrow.body.body.some(returns) ? undefined : accepted(inner, lang, SLOPPY_OPEN.length, true);
}

/** @param {any} result @param {Lang} lang @param {number} shift @param {boolean} sloppy @returns {Parsed} */
function accepted(result, lang, shift, sloppy) {
  const { body } = result.program;
  const comments = result.comments;
  if (shift > 0) {
    for (const statement of body) shiftTree(statement, -shift);
    for (const comment of comments) { comment.start -= shift; comment.end -= shift; }
  }
  return { ok: true, body, lang, sloppy, isObject: false, comments };
}

/** @param {Node} statement */
function returns(statement) {
  let found = false;
  walk(statement, (node) => {
    found ||= node.type === 'ReturnStatement';
    return !isFunction(node);
  });
  return found;
}

/** The language that understood most of the text is the one the user meant. @param {Problem[][]} attempts */
function furthest(attempts) {
  return attempts.reduce((best, next) => ((next[0]?.start ?? -1) > (best[0]?.start ?? -1) ? next : best));
}

/** What a transformer printed is JavaScript, perhaps sloppy. @param {string} text @returns {Parsed | Unparsed} */
export function parseLowered(text) {
  const parsed = parseAs(text, 'jsx', 0);
  return parsed.ok ? parsed : parseSloppy(text, 'jsx') ?? failed(parsed.problems);
}
