/** The `$dx` of the one cell of `dx eval`: what a transformed cell needs at run time (`CellHost` in `cell/transform.mjs`). */

import { dirname } from 'node:path';
import { pathToFileURL, URL } from 'node:url';

import * as helpers from '../cell/helpers.mjs';

const { create, defineProperty, keys } = Object;
const { captureStackTrace } = Error;
const SafeProxy = Proxy;
const SafeReferenceError = ReferenceError;
const SafeSyntaxError = SyntaxError;
const SafeTypeError = TypeError;

/**
 * @param {Pick<import('./cell.mjs').Compiled, 'importer' | 'require' | 'filename'>} file
 * @returns {import('../cell/transform.mjs').CellHost}
 */
export function cellHost({ importer, require, filename }) {
  return {
    helpers,
    tdz,
    consts,
    check,
    meta: importMeta(filename, require),
    async import(specifier, options, _id, required) {
      const namespace = await importer(specifier, options);
      check(namespace, specifier, required);
      return namespace;
    },
  };
}

const tdz = new SafeProxy({ __proto__: null }, { get: tooEarly, set: tooEarly });

/**
 * @param {object} _target
 * @param {string | symbol} name
 * @returns {never}
 */
function tooEarly(_target, name) {
  throw from(new SafeReferenceError(`Cannot access '${String(name)}' before initialization`), tooEarly);
}

/** @param {Record<string, () => unknown>} getters */
function consts(getters) {
  const object = create(null);
  for (const name of keys(getters)) {
    const set = () => {
      throw from(new SafeTypeError('Assignment to constant variable.'), set);
    };
    defineProperty(object, name, { get: /** @type {() => unknown} */ (getters[name]), set });
  }
  return object;
}

/**
 * @param {object} namespace
 * @param {string} specifier
 * @param {string[]} required
 */
function check(namespace, specifier, required) {
  for (const name of required) {
    if (!(name in namespace)) {
      throw new SafeSyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
    }
  }
}

/**
 * The frame of the cell's own line comes first, as when the language throws.
 * @template {Error} E
 * @param {E} error
 * @param {Function} frame
 */
function from(error, frame) {
  captureStackTrace(error, frame);
  return error;
}

/**
 * @param {string} filename
 * @param {NodeJS.Require} require
 * @returns {any}
 */
function importMeta(filename, require) {
  const { href: url } = pathToFileURL(filename);
  return {
    __proto__: null,
    url,
    filename,
    dirname: dirname(filename),
    main: true,
    /** @param {string} specifier */
    resolve(specifier) {
      if (/^(?:\.{0,2}\/|[a-z][a-z+.-]+:)/i.test(specifier)) return new URL(specifier, url).href;
      const found = require.resolve(specifier);
      return found === specifier ? `node:${found}` : pathToFileURL(found).href;
    },
  };
}
