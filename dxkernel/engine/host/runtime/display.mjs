/**
 * The `dx` object of cells: what a program calls to show things. Each helper returns a value that is shown when it is the
 * cell's last, or by `dx.display`.
 */

import { types } from 'node:util';
import {
  ArrayIsArray, BufferFrom, JSONStringify, ObjectCreate, ObjectDefineProperty, RegExpPrototypeExec, StringCtor,
  SymbolToStringTag, TypeErrorCtor, nodeConsole, nodeProcess,
} from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send } from './channel.mjs';
import { commApi } from './comms.mjs';
import { tableHtml } from './tables.mjs';
import { bare, bundleOf, displaySymbol, imageType, jsonCopy, plain, render } from './values.mjs';

/** @typedef {import('./values.mjs').Rendering} Rendering */

let displays = 0;

// What JupyterLab and VS Code have a renderer for, when a chart does not say.
const VEGALITE_VERSION = '5';

/** A value with given representations. */
class Displayable {
  /** @type {Record<string, any>} */
  #bundle;
  /** @param {Record<string, any>} bundle */
  constructor(bundle) {
    this.#bundle = bundle;
  }
  [/** @type {any} */ (displaySymbol)]() {
    return this.#bundle;
  }
}
ObjectDefineProperty(Displayable.prototype, SymbolToStringTag, { __proto__: null, value: 'Displayable', configurable: true });

/** A display that was shown, and can be changed in place. */
class DisplayHandle {
  /** @type {string} */
  #id;
  /** @param {string} id */
  constructor(id) {
    this.#id = id;
  }
  get id() {
    return this.#id;
  }
  /** Show `value` in its place, wherever it is shown. @param {any} value @param {{ raw?: boolean }} [options] */
  update(value, options) {
    const { data, metadata } = rendering(value, options);
    send({ kind: 'display', cell: currentCellId(), update: true, id: this.#id, data, metadata });
    return this;
  }
}

/** @param {any} value @param {{ raw?: boolean }} [options] @returns {Rendering} */
function rendering(value, options) {
  return options?.raw === true ? bundleOf(value) : render(value);
}

/**
 * Show a value now. The handle it returns updates it in place.
 * @param {any} value
 * @param {{ id?: string, raw?: boolean }} [options]  `id` names the display; `raw` says that `value` is a MIME bundle
 */
function display(value, options) {
  const { data, metadata } = rendering(value, options);
  const id = options?.id === undefined ? `dx-${nodePid}-${++displays}` : StringCtor(options.id);
  send({ kind: 'display', cell: currentCellId(), update: false, id, data, metadata });
  const handle = new DisplayHandle(id);
  // As the cell's last value a handle would show a second time what is already there.
  return handle;
}
const nodePid = nodeProcess.pid;

/** Update every display with this id. @param {string} id @param {any} value @param {{ raw?: boolean }} [options] */
function update(id, value, options) {
  new DisplayHandle(StringCtor(id)).update(value, options);
}

/** Clear the cell's output: now, or when the next output comes. @param {{ wait?: boolean }} [options] */
function clear(options) {
  send({ kind: 'clear', cell: currentCellId(), wait: options?.wait === true });
}

/** @param {string} type @param {(source: string) => string} [toPlain] @returns {(source: any) => Displayable} */
function textual(type, toPlain) {
  return (source) => {
    const text = StringCtor(source);
    return new Displayable({ [type]: text, 'text/plain': toPlain === undefined ? text : toPlain(text) });
  };
}

/** @param {any} value  anything JSON can hold */
function json(value) {
  // Now, so that later changes of the value do not show, and what JSON cannot hold fails here, in the caller's line.
  const text = JSONStringify(value);
  if (text === undefined) throw new TypeErrorCtor(`dx.json: ${typeof value} is not a JSON value`);
  return new Displayable({ 'application/json': value, 'text/plain': plain(value) });
}

/**
 * @param {Uint8Array | ArrayBuffer | string} source  bytes, or base64 text
 * @param {string} [type]  the MIME type, when the content does not tell
 */
function image(source, type) {
  const bytes = typeof source === 'string' ? BufferFrom(source, 'base64')
    : types.isUint8Array(source) ? source
    : types.isAnyArrayBuffer(source) ? BufferFrom(/** @type {ArrayBuffer} */ (source))
    : undefined;
  if (bytes === undefined) throw new TypeErrorCtor('dx.image: expected bytes (Uint8Array, Buffer, ArrayBuffer) or base64 text');
  const known = type ?? imageType(bytes);
  if (known === undefined) throw new TypeErrorCtor("dx.image: the content is of no known type; name it, as in dx.image(bytes, 'image/png')");
  return new Displayable({ [known]: bytes, 'text/plain': `[${known}, ${bytes.byteLength} bytes]` });
}

/** @param {any[]} rows  records or arrays @param {{ columns?: string[], limit?: number }} [options] */
function table(rows, options) {
  if (!ArrayIsArray(rows)) throw new TypeErrorCtor('dx.table: expected an array of records');
  return new Displayable({ 'text/html': tableHtml(rows, options), 'text/plain': plain(rows) });
}

/**
 * A chart by its Vega-Lite specification; the version is the one that `$schema` names.
 * @param {any} spec  an object, or what makes one by `toSpec()` or `toJSON()`
 */
function vegalite(spec) {
  const made = typeof spec?.toSpec === 'function' ? spec.toSpec() : spec;
  const copy = made !== null && typeof made === 'object' ? jsonCopy(made) : undefined;
  if (copy === null || typeof copy !== 'object' || ArrayIsArray(copy)) throw new TypeErrorCtor('dx.vegalite: expected a Vega-Lite specification, an object');
  const named = RegExpPrototypeExec(/\/vega-lite\/v(\d+)/, typeof copy.$schema === 'string' ? copy.$schema : '');
  const version = named === null ? VEGALITE_VERSION : named[1];
  const mark = typeof copy.mark === 'string' ? copy.mark : copy.mark?.type;
  return new Displayable({
    [`application/vnd.vegalite.v${version}+json`]: copy,
    'text/plain': `[Vega-Lite chart${typeof mark === 'string' ? `: ${mark}` : ''}]`,
  });
}

/** `console.clear` of a terminal writes escapes; here it clears the cell's output. */
export function installClear() {
  nodeConsole.clear = () => clear();
}

/** @param {Record<string, any>} more  members that other modules add @returns {Record<string, any>} */
export function createDx(more) {
  const dx = ObjectCreate(null);
  const members = bare({
    display, update, clear, json, image, table, vegalite, comms: commApi,
    html: textual('text/html'), svg: textual('image/svg+xml', () => '[image/svg+xml]'), markdown: textual('text/markdown'),
    latex: textual('text/latex'), javascript: textual('application/javascript'), ...more,
  });
  for (const name in members) {
    ObjectDefineProperty(dx, name, { __proto__: null, value: members[name], enumerable: true, writable: true, configurable: true });
  }
  ObjectDefineProperty(dx, SymbolToStringTag, { __proto__: null, value: 'dx' });
  return dx;
}

export { DisplayHandle, display };
