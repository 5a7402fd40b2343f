/**
 * An array of records as an HTML table, for values and for `dx.table`. User text is always escaped.
 */

import { inspect, types } from 'node:util';
import {
  ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypePush, MapCtor, MapPrototypeHas, MapPrototypeSet, MathMin, ObjectGetPrototypeOf,
  ObjectKeys, ObjectSetPrototypeOf, StringPrototypeReplaceAll, StringPrototypeSlice,
  ObjectCtor,
} from '../primordials.mjs';

const objectPrototype = ObjectCtor.prototype;

// More rows than a screen or two are not read, and every one is paid for in the notebook's file.
const MAX_ROWS = 60;
const MAX_COLUMNS = 40;
const MAX_CELL = 200;
// Arrays are recognised as tables by their first items; a large array is not read through for that.
const SAMPLE = 20;

/**
 * @param {any} value
 * @returns {string | undefined}  HTML, if the value is an array of plain records that share their keys
 */
export function recordsTable(value) {
  if (!ArrayIsArray(value) || types.isProxy(value) || value.length === 0) return undefined;
  const sample = MathMin(value.length, SAMPLE);
  for (let i = 0; i < sample; i++) {
    if (!isRecord(value[i])) return undefined;
  }
  const keys = ObjectKeys(value[0]);
  if (keys.length === 0 || (value.length > 1 && !shares(keys, ObjectKeys(value[1])))) return undefined;
  return tableHtml(value);
}

/** @param {any} item */
function isRecord(item) {
  if (item === null || typeof item !== 'object' || ArrayIsArray(item) || types.isProxy(item)) return false;
  const prototype = ObjectGetPrototypeOf(item);
  return prototype === objectPrototype || prototype === null;
}

/** @param {string[]} left @param {string[]} right */
function shares(left, right) {
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < right.length; j++) if (left[i] === right[j]) return true;
  }
  return false;
}

/**
 * @param {any[]} rows  records, or arrays (their indices are the columns)
 * @param {{ columns?: string[], limit?: number }} [options]
 * @returns {string}
 */
export function tableHtml(rows, options) {
  const shown = MathMin(rows.length, options?.limit ?? MAX_ROWS);
  const all = options?.columns ?? columnsOf(rows, shown);
  const columns = MathMin(all.length, MAX_COLUMNS);
  const parts = /** @type {string[]} */ (ObjectSetPrototypeOf(['<table>\n<thead><tr><th></th>'], null));
  for (let c = 0; c < columns; c++) add(parts, `<th>${escapeHtml(all[c])}</th>`);
  add(parts, '</tr></thead>\n<tbody>\n');
  for (let r = 0; r < shown; r++) {
    add(parts, `<tr><th>${r}</th>`);
    for (let c = 0; c < columns; c++) add(parts, cellHtml(rows[r], all[c]));
    add(parts, '</tr>\n');
  }
  add(parts, '</tbody>\n</table>');
  const hidden = hiddenNote(rows.length - shown, all.length - columns);
  if (hidden !== '') add(parts, `\n<p>${hidden}</p>`);
  return ArrayPrototypeJoin(parts, '');
}

/** @param {string[]} parts @param {string} text */
function add(parts, text) {
  ArrayPrototypePush(parts, text);
}

/** @param {number} rows @param {number} columns */
function hiddenNote(rows, columns) {
  if (rows <= 0 && columns <= 0) return '';
  const what = rows > 0 && columns > 0 ? `${rows} more rows and ${columns} more columns` : rows > 0 ? `${rows} more rows` : `${columns} more columns`;
  return `… ${what}`;
}

/** @param {any[]} rows @param {number} count @returns {string[]} every key of the first rows, in order of appearance */
function columnsOf(rows, count) {
  const seen = new MapCtor();
  const columns = /** @type {string[]} */ ([]);
  for (let r = 0; r < count; r++) {
    const row = rows[r];
    const keys = row !== null && typeof row === 'object' ? ObjectKeys(row) : [];
    for (let k = 0; k < keys.length; k++) {
      if (MapPrototypeHas(seen, keys[k])) continue;
      MapPrototypeSet(seen, keys[k], true);
      ArrayPrototypePush(columns, keys[k]);
    }
  }
  return columns;
}

/** @param {any} row @param {string} column */
function cellHtml(row, column) {
  let value;
  try {
    value = row?.[column];
  } catch {
    return '<td>(threw)</td>';
  }
  if (value === undefined) return '<td></td>';
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const text = typeof value === 'string' ? value : inspect(value, { depth: 1, breakLength: 100_000 });
  const cut = text.length > MAX_CELL ? `${StringPrototypeSlice(text, 0, MAX_CELL)}…` : text;
  return `<td${isNumber ? ' style="text-align: right"' : ''}>${escapeHtml(cut)}</td>`;
}

/** @param {string} text */
export function escapeHtml(text) {
  let result = StringPrototypeReplaceAll(text, '&', '&amp;');
  result = StringPrototypeReplaceAll(result, '<', '&lt;');
  result = StringPrototypeReplaceAll(result, '>', '&gt;');
  return StringPrototypeReplaceAll(result, '"', '&quot;');
}
