/** The `$dx` of the one cell of `dx eval`: what a transformed cell needs at run time (`CellHost` in `cell/transform.mjs`). */

import { dirname } from 'node:path';
import { pathToFileURL, URL } from 'node:url';

import { check, consts, tdz } from '../cell/guards.mjs';
import * as helpers from '../cell/helpers.mjs';

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
