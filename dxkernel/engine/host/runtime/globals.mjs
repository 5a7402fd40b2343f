/**
 * The names every cell finds: `dx`, `require`, `__dirname`, `__filename`, `In`, `Out`, `_`, `__`, `___`, `_error`.
 *
 * They are properties of the global object, so a cell's own declaration wins. A program that assigns to `_` keeps what it
 * assigned: from then on the name is the program's.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ObjectCreate, ObjectDefineProperty, ReflectApply, globalObject, nodeProcess } from '../primordials.mjs';

/** @typedef {import('./executor.mjs').Run} Run */

const { cwd } = nodeProcess;

const inputs = /** @type {Record<number, string>} */ (ObjectCreate(null));
const outputs = /** @type {Record<number, any>} */ (ObjectCreate(null));
/** The last three results, newest first, and the last error. */
let last = /** @type {any} */ (undefined);
let beforeLast = /** @type {any} */ (undefined);
let thirdLast = /** @type {any} */ (undefined);
let lastError = /** @type {any} */ (undefined);

/** @param {string} name @param {() => any} get */
function defineLive(name, get) {
  ObjectDefineProperty(globalObject, name, {
    __proto__: null, configurable: true, enumerable: false, get,
    set(/** @type {any} */ value) {
      ObjectDefineProperty(globalObject, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
    },
  });
}

/** @param {string} name @param {any} value */
function define(name, value) {
  ObjectDefineProperty(globalObject, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
}

/** @param {Record<string, any>} dx */
export function installGlobals(dx) {
  define('dx', dx);
  define('In', inputs);
  define('Out', outputs);
  defineLive('_', () => last);
  defineLive('__', () => beforeLast);
  defineLive('___', () => thirdLast);
  defineLive('_error', () => lastError);
  defineLive('require', notebookRequire);
  defineLive('__dirname', () => ReflectApply(cwd, nodeProcess, []));
  defineLive('__filename', notebookFile);
}

/** A file name in the notebook's folder, for what resolves relative to a file. It need not exist. */
export function notebookFile() {
  return join(ReflectApply(cwd, nodeProcess, []), 'notebook.ts');
}

let requireFile = '';
/** @type {NodeJS.Require} */
let requireFunction;

/** `require` of the folder the process is in now: a notebook may `process.chdir`. */
function notebookRequire() {
  const file = notebookFile();
  if (file !== requireFile) {
    requireFunction = createRequire(file);
    requireFile = file;
  }
  return requireFunction;
}

/** @param {Run} run @param {'finished' | 'failed'} outcome @param {any} value */
export function remember(run, outcome, value) {
  if (!run.cell.store) return;
  inputs[run.cell.count] = run.source;
  if (outcome === 'failed') {
    lastError = value;
  } else if (value !== undefined) {
    outputs[run.cell.count] = value;
    thirdLast = beforeLast;
    beforeLast = last;
    last = value;
  }
}
