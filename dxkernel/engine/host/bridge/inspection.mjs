/** What is known about the expression at the cursor: kind, signature, value, documentation comment, source. No user code runs. */

import { expressionAt } from './receiver.mjs';

/** @typedef {import('./inspector.mjs').Inspector} Inspector */
/** @typedef {import('./inspector.mjs').Look} Look */

const MAX_SOURCE = 20_000;
const MAX_VALUE = 500;

/**
 * @param {Inspector} inspector
 * @param {string} code
 * @param {number} cursor  UTF-16
 * @param {0 | 1} detail  1 asks for the source too
 * @returns {Promise<{ data: Record<string, string>, metadata: object } | null>}
 */
export async function inspectAt(inspector, code, cursor, detail) {
  const expression = expressionAt(code, cursor);
  if (expression === undefined) return null;
  const look = inspector.look();
  try {
    const value = await look.peek(expression, { preview: true });
    if (value === undefined || (value.type === 'undefined' && !(await isDeclared(look, expression)))) return null;
    const lines = await describe(look, expression, value, detail);
    return { data: { 'text/plain': lines.join('\n'), 'text/markdown': markdown(lines) }, metadata: {} };
  } finally {
    look.close();
  }
}

/** `undefined` is an answer for a name that exists, and none for one that does not. @param {Look} look @param {string} expression */
async function isDeclared(look, expression) {
  const dot = expression.lastIndexOf('.');
  if (dot < 0) return true;
  const has = await look.peek(`${JSON.stringify(expression.slice(dot + 1))} in Object(${expression.slice(0, dot)})`, { byValue: true });
  return has?.value === true;
}

/** @param {Look} look @param {string} expression @param {any} value @param {0 | 1} detail */
async function describe(look, expression, value, detail) {
  if (value.type !== 'function') return [`${expression}: ${typeName(value)}`, '', `Value: ${preview(value)}`];
  const source = value.description ?? '';
  const lines = [`${expression}${signature(source)}`, '', `Type: ${source.startsWith('class') ? 'class' : 'function'}`];
  const place = await location(look, value.objectId);
  if (place) lines.push(`Defined in: ${place}`);
  if (detail === 1) lines.push('', 'Source:', source.slice(0, MAX_SOURCE));
  return lines;
}

/** @param {any} value */
function typeName(value) {
  return value.className ?? (value.subtype === 'null' ? 'null' : value.type);
}

/** @param {any} value */
function preview(value) {
  const text = value.preview ? previewText(value.preview) : value.type === 'string' ? JSON.stringify(value.value) : (value.description ?? String(value.value ?? value.unserializableValue));
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

/** @param {any} object */
function previewText(object) {
  const isList = object.subtype === 'array' || object.subtype === 'typedarray';
  const parts = object.properties.map((/** @type {any} */ p) => (isList && /^\d+$/.test(p.name) ? p.value : `${p.name}: ${p.value}`));
  if (object.overflow) parts.push('…');
  if (object.entries) parts.push(...object.entries.map((/** @type {any} */ e) => `${e.key ? `${e.key.description} => ` : ''}${e.value.description}`));
  const body = parts.join(', ');
  return isList ? `${object.description} [${body}]` : `${object.description} {${body}}`;
}

/** The head of a function's source: its parameters, with defaults. @param {string} source @returns {string} */
function signature(source) {
  if (source.startsWith('class')) return signatureOfClass(source);
  const open = source.indexOf('(');
  const arrow = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (arrow) return `(${arrow[1]})`;
  if (open < 0) return '(…)';
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if ('([{'.includes(source[i])) depth++;
    else if (')]}'.includes(source[i]) && --depth === 0) return source.slice(open, i + 1);
  }
  return '(…)';
}

/** @param {string} source */
function signatureOfClass(source) {
  const at = source.search(/\bconstructor\s*\(/);
  return at < 0 ? '()' : signature(source.slice(at));
}

/** @param {Look} look @param {string} objectId */
async function location(look, objectId) {
  try {
    const { internalProperties = [] } = await look.post('Runtime.getProperties', { objectId, ownProperties: true });
    const found = internalProperties.find((/** @type {any} */ p) => p.name === '[[FunctionLocation]]')?.value?.value;
    return found ? `script ${found.scriptId}, line ${found.lineNumber + 1}` : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string[]} lines */
function markdown([head, ...rest]) {
  return `\`\`\`ts\n${head}\n\`\`\`\n\n${rest.join('\n').trim()}`;
}
