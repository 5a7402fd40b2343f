/**
 * Values as MIME bundles: always `text/plain`, and beside it whatever richer form the value offers.
 *
 * Order: the value's own `Symbol.for('Jupyter.display')` method (Deno's convention), then images and documents recognised
 * by content, then arrays of records as a table. A value that throws while it is asked is shown plainly, with the reason.
 */

import { inspect, types } from 'node:util';
import {
  BufferFrom, BufferToString, JSONParse, JSONStringify, ObjectKeys, ObjectSetPrototypeOf, ReflectApply,
  StringPrototypeEndsWith, StringPrototypeIncludes, StringPrototypeSlice, StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToWellFormed, SymbolFor,
} from '../primordials.mjs';
import { recordsTable } from './tables.mjs';

/** @typedef {{ data: Record<string, any>, metadata: Record<string, any> }} Rendering */

export const displaySymbol = SymbolFor('Jupyter.display');

// About 200 lines of 80 columns each: more is scrolled past, and is paid for by every client.
const MAX_PLAIN = 100_000;

const hostFolder = new URL('..', import.meta.url).href;
/** What runs a cell in its asynchronous context is Node's, and there because of us. */
const ASYNC_CONTEXT = 'node:internal/async_local_storage/';

const { isUint8Array, isProxy } = types;

let colors = false;
/** @param {boolean} on */
export function setColors(on) {
  colors = on;
}

/**
 * @param {any} value
 * @returns {Rendering}
 */
export function render(value) {
  const own = ownBundle(value);
  if (own !== undefined) return own;
  const data = bare({});
  const image = isUint8Array(value) ? imageType(value) : undefined;
  if (image !== undefined) data[image] = encodeBytes(image, value);
  const table = recordsTable(value);
  if (table !== undefined) data['text/html'] = table;
  data['text/plain'] = plain(value);
  return { data, metadata: bare({}) };
}

/** @param {any} value @returns {string} */
export function plain(value) {
  let text;
  try {
    text = inspect(value, { colors, maxStringLength: MAX_PLAIN, depth: 4, numericSeparator: false });
  } catch (error) {
    text = `[value that cannot be shown: its inspection threw ${reason(error)}]`;
  }
  return StringPrototypeToWellFormed(cut(StringPrototypeIncludes(text, hostFolder) ? withoutHostFrames(text) : text));
}

/**
 * The stack of a shown error without the frames that ran the cell: they are not the program's, and they name a folder of
 * the machine. Where the error's own properties begin behind such a frame, their brace stays.
 * @param {string} text
 */
function withoutHostFrames(text) {
  const lines = StringPrototypeSplit(text, '\n');
  let kept = lines[0];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i];
    const isFrame = StringPrototypeIncludes(line, '    at ');
    const isHost = isFrame && (StringPrototypeIncludes(line, hostFolder) || StringPrototypeIncludes(line, ASYNC_CONTEXT));
    if (!isHost) kept += `\n${line}`;
    else if (StringPrototypeEndsWith(line, ' {')) kept += ' {';
  }
  return kept;
}

/** @param {string} text */
function cut(text) {
  if (text.length <= MAX_PLAIN) return text;
  return `${StringPrototypeSlice(text, 0, MAX_PLAIN)}\n… ${text.length - MAX_PLAIN} more characters (console.log shows all)`;
}

/** @param {unknown} error */
function reason(error) {
  try {
    const { name, message } = /** @type {any} */ (error);
    return `${name}: ${message}`;
  } catch {
    return 'something that cannot be shown either';
  }
}

/**
 * The bundle a value makes of itself, if it does.
 * @param {any} value
 * @returns {Rendering | undefined}
 */
function ownBundle(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || isProxy(value)) return undefined;
  try {
    const method = value[displaySymbol];
    if (typeof method !== 'function') return undefined;
    const result = ReflectApply(method, value, []);
    if (result === null || typeof result !== 'object') return undefined;
    return bundleOf(result, value);
  } catch (error) {
    const data = bare({ 'text/plain': `${plain(value)}\n[its Jupyter.display method threw ${reason(error)}]` });
    return { data, metadata: bare({}) };
  }
}

/**
 * A user's object of representations as one that can travel: known types in their wire form, `text/plain` always there.
 * @param {Record<string, any>} source
 * @param {any} [value]  what `text/plain` is made from when the source has none
 * @returns {Rendering}
 */
export function bundleOf(source, value) {
  const data = bare({});
  const keys = ObjectKeys(source);
  for (let i = 0; i < keys.length; i++) {
    const item = source[keys[i]];
    if (item !== undefined) data[keys[i]] = wireForm(keys[i], item);
  }
  if (data['text/plain'] === undefined) data['text/plain'] = value === undefined ? describe(keys) : plainWithoutDisplay(value);
  return { data, metadata: bare({}) };
}

/** @param {any} value */
function plainWithoutDisplay(value) {
  const text = plain(value);
  // A large object behind a rich view is noise in the fallback.
  return text.length > 2_000 ? `${StringPrototypeSlice(text, 0, 2_000)}…` : text;
}

/** @param {string[]} keys */
function describe(keys) {
  return `[${keys.length > 0 ? keys[0] : 'empty display'}]`;
}

/** @param {string} type @param {any} item */
function wireForm(type, item) {
  if (isUint8Array(item)) return encodeBytes(type, item);
  if (type === 'application/json' || StringPrototypeEndsWith(type, '+json')) return jsonCopy(item);
  return typeof item === 'string' ? StringPrototypeToWellFormed(item) : jsonCopy(item);
}

/** JSON through the user's own `toJSON` methods, once, so that a failure is theirs and is seen here. @param {any} item */
export function jsonCopy(item) {
  const text = JSONStringify(item);
  return text === undefined ? null : JSONParse(text);
}

/** @param {string} type @param {Uint8Array} bytes */
function encodeBytes(type, bytes) {
  const isText = StringPrototypeStartsWith(type, 'text/') || type === 'image/svg+xml';
  const { buffer, byteOffset, byteLength } = bytes;
  return BufferToString(BufferFrom(buffer, byteOffset, byteLength), isText ? 'utf8' : 'base64');
}

/**
 * The type of a picture or document, from its first bytes.
 * @param {Uint8Array} bytes
 * @returns {string | undefined}
 */
export function imageType(bytes) {
  const head = BufferToString(BufferFrom(bytes.buffer, bytes.byteOffset, bytes.byteLength < 256 ? bytes.byteLength : 256), 'latin1');
  if (StringPrototypeStartsWith(head, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (StringPrototypeStartsWith(head, '\xff\xd8\xff')) return 'image/jpeg';
  if (StringPrototypeStartsWith(head, 'GIF87a') || StringPrototypeStartsWith(head, 'GIF89a')) return 'image/gif';
  if (StringPrototypeStartsWith(head, 'RIFF') && StringPrototypeSlice(head, 8, 12) === 'WEBP') return 'image/webp';
  if (StringPrototypeStartsWith(head, '%PDF-')) return 'application/pdf';
  const isMarkup = StringPrototypeStartsWith(head, '<svg') || StringPrototypeStartsWith(head, '<?xml');
  return isMarkup && StringPrototypeIncludes(head, '<svg') ? 'image/svg+xml' : undefined;
}

/** @template {object} T @param {T} object @returns {any} */
export function bare(object) {
  return ObjectSetPrototypeOf(object, null);
}

