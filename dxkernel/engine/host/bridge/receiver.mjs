/**
 * What stands before the cursor: the word that is being typed, and the expression whose members it names. Text in, values
 * out; the expression is only ever looked at, so being wrong here costs a missing suggestion.
 */

import { parseSync } from '../oxc.cjs';

/**
 * @typedef {{ kind: 'member', receiver: string, prefix: string, start: number }
 *   | { kind: 'name', prefix: string, start: number }
 *   | { kind: 'string', prefix: string, start: number, quote: string, before: string }
 *   | { kind: 'none' }} Place
 * `start` is the UTF-16 offset of the prefix.
 */

const WORD = /[\p{ID_Continue}$\u200c\u200d]*$/u;

/** @param {string} code @param {number} cursor @returns {Place} */
export function placeAt(code, cursor) {
  const before = code.slice(0, cursor);
  const state = scan(before);
  if (state.in === 'comment' || state.in === 'template') return { kind: 'none' };
  if (state.in === 'string') {
    return { kind: 'string', prefix: before.slice(state.at + 1), start: state.at + 1, quote: before[state.at], before: before.slice(0, state.at) };
  }
  const prefix = /** @type {RegExpExecArray} */ (WORD.exec(before))[0];
  const start = cursor - prefix.length;
  const dot = /(\?\.|(?<!\.)\.)\s*(#?)$/.exec(before.slice(0, start));
  if (!dot) return /^\d/.test(prefix) ? { kind: 'none' } : { kind: 'name', prefix, start };
  const receiver = receiverBefore(before.slice(0, start - dot[0].length));
  return receiver === undefined ? { kind: 'none' } : { kind: 'member', receiver, prefix, start };
}

/** The identifier around the cursor, with what it is a member of: what "inspect" asks about. @param {string} code @param {number} cursor */
export function expressionAt(code, cursor) {
  const rest = /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(cursor))?.[0] ?? '';
  let end = cursor + rest.length;
  let place = placeAt(code, end);
  if (place.kind !== 'string' && 'prefix' in place && place.prefix === '') {
    // After `f(` people ask about `f`.
    const call = /[\s(,]*$/.exec(code.slice(0, cursor))?.[0].length ?? 0;
    end = cursor - call;
    if (call === 0 || end <= 0) return undefined;
    place = placeAt(code, end);
  }
  if (place.kind === 'member') return `${place.receiver}.${place.prefix}`;
  return place.kind === 'name' && place.prefix !== '' ? place.prefix : undefined;
}

/**
 * Where text ends: in code, or inside a string, template or comment that begins at `at`.
 * @param {string} text
 * @returns {{ in: 'code' | 'string' | 'template' | 'comment', at: number }}
 */
function scan(text) {
  /** The brace depth at which each open template expression ends. @type {number[]} */
  const templates = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") {
      const end = skipQuoted(text, i, c);
      if (end < 0) return { in: 'string', at: i };
      i = end;
    } else if (c === '`' || (c === '}' && templates.at(-1) === depth)) {
      if (c === '}') templates.pop();
      const end = skipTemplate(text, i);
      if (end < 0) return { in: 'template', at: i };
      if (text[end] === '{') templates.push(depth);
      i = end;
    } else if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      if (end < 0) return { in: 'comment', at: i };
      i = end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      if (end < 0) return { in: 'comment', at: i };
      i = end + 1;
    } else if (c === '{') depth++;
    else if (c === '}') depth--;
  }
  return { in: 'code', at: text.length };
}

/** @param {string} text @param {number} at @param {string} quote @returns {number} where it closes, or -1 */
function skipQuoted(text, at, quote) {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i;
    else if (text[i] === '\n') return i;
  }
  return -1;
}

/** @param {string} text @param {number} at @returns {number} the closing backtick, or the brace of `${`; -1 if neither comes */
function skipTemplate(text, at) {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return i;
    else if (text[i] === '$' && text[i + 1] === '{') return i + 1;
  }
  return -1;
}

/**
 * The longest expression that ends where the text ends and that `.name` can follow.
 * @param {string} text
 * @returns {string | undefined}
 */
function receiverBefore(text) {
  const trimmed = text.trimEnd();
  let best;
  for (const start of starts(trimmed)) {
    const candidate = trimmed.slice(start).trimStart();
    if (candidate !== '' && isReceiver(candidate)) best = candidate;
  }
  return best;
}

// Long chains exist; a parse costs microseconds, but not for every token of a long cell.
const MAX_STARTS = 40;

/** Offsets at which a token begins, from the end backwards, leaving out what is nested in brackets. @param {string} text */
function* starts(text) {
  let depth = 0;
  let count = 0;
  for (let i = text.length - 1; i >= 0 && count < MAX_STARTS; i--) {
    const c = text[i];
    if (')]}'.includes(c)) depth++;
    else if ('([{'.includes(c)) {
      if (--depth < 0) return;
    } else if (c === '"' || c === "'" || c === '`') {
      const open = text.lastIndexOf(c, i - 1);
      if (open < 0) return;
      i = open;
    } else if (/[;]/.test(c) && depth === 0) return;
    if (depth > 0) continue;
    if (i > 0 && /[\p{ID_Continue}$]/u.test(c) && /[\p{ID_Continue}$]/u.test(text[i - 1])) continue;
    count++;
    yield i;
  }
}

const MEMBER_LIKE = new Set([
  'Identifier', 'MemberExpression', 'CallExpression', 'NewExpression', 'Literal', 'TemplateLiteral', 'ArrayExpression', 'ThisExpression',
  'ParenthesizedExpression', 'ChainExpression', 'MetaProperty', 'TaggedTemplateExpression', 'FunctionExpression', 'ClassExpression',
  'TSNonNullExpression',
]);

/** @param {string} text */
function isReceiver(text) {
  const { program, errors } = parseSync('receiver.ts', `(${text}).x`, { preserveParens: true });
  if (errors.length > 0 || program.body.length !== 1) return false;
  const statement = /** @type {any} */ (program.body[0]);
  const inner = statement.expression?.object?.expression;
  return inner !== undefined && MEMBER_LIKE.has(inner.type) && statement.expression.object.end === text.length + 2;
}
