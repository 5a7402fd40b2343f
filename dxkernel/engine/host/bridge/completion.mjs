/**
 * Completion from what is alive at run time: members of any expression that can be evaluated without a side effect, the
 * names of the cells, globals, keywords, module specifiers and paths. No getter and no user code runs.
 */

import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { placeAt } from './receiver.mjs';

/** @typedef {{ text: string, type: string, signature: string }} Item */
/** @typedef {import('./inspector.mjs').Inspector} Inspector */
/** @typedef {import('./inspector.mjs').Look} Look */

const KEYWORDS = `async await break case catch class const continue debugger default delete do else enum export extends false finally
for function if import in instanceof interface let namespace new null of return static super switch this throw true try type typeof
undefined using var void while with yield`.split(/\s+/);

const MAX_ITEMS = 2_000;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * @param {Inspector} inspector
 * @param {import('./cells.mjs').CellStore} cells
 * @param {string} code
 * @param {number} cursor  UTF-16
 * @returns {Promise<{ items: Item[], start: number, end: number }>}
 */
export async function complete(inspector, cells, code, cursor) {
  const place = placeAt(code, cursor);
  const look = inspector.look();
  const items = await itemsFor(look, cells, code, place);
  look.close();
  const start = 'start' in place ? place.start : cursor;
  return place.kind === 'string' ? pathSpan(items, place, cursor) : { items, start, end: cursor };
}

/** @param {Look} look @param {import('./cells.mjs').CellStore} cells @param {string} code @param {import('./receiver.mjs').Place} place */
async function itemsFor(look, cells, code, place) {
  switch (place.kind) {
    case 'member':
      return filtered(await members(look, place.receiver), place.prefix);
    case 'name':
      return filtered([...names(cells, code, place.start), ...(await globals(look)), ...keywords()], place.prefix);
    case 'string':
      return filtered(specifiers(place), lastSegment(place.prefix));
    default:
      return [];
  }
}

/** @param {Item[]} items @param {string} prefix */
function filtered(items, prefix) {
  /** @type {Map<string, Item>} */
  const found = new Map();
  for (const item of items) if (item.text.startsWith(prefix) && !found.has(item.text)) found.set(item.text, item);
  return [...found.values()].slice(0, MAX_ITEMS);
}

/** @param {Look} look @param {string} receiver @returns {Promise<Item[]>} */
async function members(look, receiver) {
  // A primitive has its members on the wrapper; null and undefined have none.
  const object = await look.peek(`Object(${stripAssertions(receiver)})`);
  const empty = object === undefined || object.objectId === undefined || /^(null|undefined)$/.test(receiver);
  return empty ? [] : properties(look, object.objectId);
}

/** The runtime knows no `!` of TypeScript. @param {string} receiver */
function stripAssertions(receiver) {
  return receiver.replace(/!+$/, '').replaceAll('!.', '.');
}

/** @param {Look} look @param {string | undefined} objectId @returns {Promise<Item[]>} own first, then inherited */
async function properties(look, objectId) {
  const { result } = await look.post('Runtime.getProperties', { objectId, ownProperties: false, generatePreview: false });
  return result
    .filter((/** @type {any} */ property) => !property.symbol && IDENTIFIER.test(property.name))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => Number(b.isOwn ?? false) - Number(a.isOwn ?? false))
    .map(itemOf);
}

/** @param {any} property @returns {Item} */
function itemOf({ name, value, get }) {
  const text = value?.type === 'function' ? (value.description ?? '') : '';
  const isClass = text.startsWith('class');
  return { text: name, type: isClass ? 'class' : value?.type === 'function' ? 'function' : get ? 'property' : typeWord(value), signature: signatureOf(text) };
}

/** @param {any} value */
function typeWord(value) {
  return value === undefined ? 'property' : value.subtype === 'null' || value.type === 'undefined' ? 'instance' : 'instance';
}

/** `function f(a, b) {…` as `(a, b)`. @param {string} text */
function signatureOf(text) {
  const match = /^(?:async\s+)?(?:function\s*\*?\s*)?[\w$]*\s*(\([^)]*\))/.exec(text);
  return match && !text.startsWith('class') && !text.includes('[native code]') ? match[1] : '';
}

/** @param {Look} look @returns {Promise<Item[]>} */
async function globals(look) {
  const { names: lexical } = await look.post('Runtime.globalLexicalScopeNames');
  const own = lexical.filter((/** @type {string} */ name) => !name.startsWith('$dx')).map((/** @type {string} */ text) => ({ text, type: 'instance', signature: '' }));
  const object = await look.peek('globalThis');
  return [...own, ...(object?.objectId ? await properties(look, object.objectId) : [])];
}

/** Names declared earlier in the same, unrun cell. @param {import('./cells.mjs').CellStore} cells @param {string} code @param {number} start @returns {Item[]} */
function names(cells, code, start) {
  const declared = code.slice(0, start).matchAll(/\b(const|let|var|function\*?|class|enum|interface|type|namespace)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu);
  const imported = Object.keys(cells.registry.imports).map((text) => ({ text, type: 'module', signature: '' }));
  return [...[...declared].map(([, word, text]) => ({ text, type: word.startsWith('function') ? 'function' : word === 'class' ? 'class' : 'instance', signature: '' })), ...imported];
}

/** @returns {Item[]} */
function keywords() {
  return KEYWORDS.map((text) => ({ text, type: 'keyword', signature: '' }));
}

/** What a string before the cursor can name: a module after `from`, `import` or `require(`, and files anywhere. @param {{ prefix: string, before: string }} place */
function specifiers({ prefix, before }) {
  const isModule = /(\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|\brequire\.resolve\s*\()\s*$/.test(before);
  if (/^\.{0,2}\//.test(prefix) || /^\.{1,2}$/.test(prefix)) return files(prefix);
  return isModule ? [...builtins(prefix), ...packages(prefix)] : prefix.includes('/') ? files(prefix) : files(`./${prefix}`);
}

/** @param {string} prefix @returns {Item[]} */
function builtins(prefix) {
  const all = builtinModules.filter((name) => !name.startsWith('_')).flatMap((name) => (name.startsWith('node:') ? [name] : [name, `node:${name}`]));
  const kept = prefix.includes('/') ? all.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.lastIndexOf('/') + 1)) : all;
  return kept.map((text) => ({ text, type: 'module', signature: '' }));
}

/** @param {string} prefix @returns {Item[]} */
function packages(prefix) {
  const scope = prefix.startsWith('@') && prefix.includes('/') ? prefix.slice(0, prefix.indexOf('/')) : '';
  /** @type {Item[]} */
  const found = [];
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    for (const entry of entries(path.join(folder, 'node_modules', scope))) {
      if (!entry.name.startsWith('.')) found.push({ text: entry.name, type: 'module', signature: '' });
    }
    if (folder === path.dirname(folder)) return found;
  }
}

/** @param {string} prefix @returns {Item[]} */
function files(prefix) {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  return entries(path.resolve(process.cwd(), folder)).map((entry) => ({
    text: entry.isDirectory() ? `${entry.name}/` : entry.name, type: 'path', signature: '',
  }));
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** @param {string} prefix */
function lastSegment(prefix) {
  return prefix.slice(prefix.lastIndexOf('/') + 1);
}

/** @param {Item[]} items @param {{ prefix: string, start: number }} place @param {number} cursor */
function pathSpan(items, place, cursor) {
  return { items, start: place.start + place.prefix.lastIndexOf('/') + 1, end: cursor };
}
