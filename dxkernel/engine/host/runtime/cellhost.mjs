/**
 * The `$dx` that the rewritten text of a cell calls (`CellHost` in `cell/transform.mjs`): imports, `import.meta`, and the errors
 * of the language that only the rewriter can see.
 */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { dirname } from 'node:path';
import {
  MapCtor, MapPrototypeGet, MapPrototypeHas, MapPrototypeSet, ObjectCreate, RegExpPrototypeExec, StringPrototypeStartsWith,
} from '../primordials.mjs';
import { check, consts, tdz } from '../cell/guards.mjs';
import * as helpers from '../cell/helpers.mjs';
import { notebookFile } from './globals.mjs';

/** Module namespaces that cells imported, by the number the rewriter gave them. @type {Map<number, any>} */
const modules = new MapCtor();
/** Modules that nobody wrote: JSX asked for them. @type {Map<number, true>} */
const implicit = new MapCtor();

/** A cell's `import()`: resolved from the process's folder, by Node's own loader. */
const load = new vm.Script('(specifier, options) => import(specifier, options)', {
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext();

/** @param {number} id */
export function moduleNamespace(id) {
  return MapPrototypeGet(modules, id);
}

/** @param {number} id */
export function markImplicit(id) {
  MapPrototypeSet(implicit, id, true);
}

/** @param {string} specifier @param {ImportCallOptions | undefined} options @param {number} id @param {string[]} required */
async function importModule(specifier, options, id, required) {
  let namespace;
  try {
    namespace = await load(specifier, options);
  } catch (error) {
    if (!MapPrototypeHas(implicit, id) || !isMissing(error, specifier)) throw error;
    // JSX without React or another runtime installed: elements of our own, shown as HTML.
    namespace = await import('./jsx.mjs');
  }
  check(namespace, specifier, required);
  MapPrototypeSet(modules, id, namespace);
  return namespace;
}

/** @param {unknown} error @param {string} specifier */
function isMissing(error, specifier) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  return code === 'ERR_MODULE_NOT_FOUND' && typeof message === 'string' && StringPrototypeStartsWith(message, `Cannot find package '${packageOf(specifier)}'`);
}

/** @param {string} specifier */
function packageOf(specifier) {
  const end = RegExpPrototypeExec(/^(?:@[^/]+\/)?[^/]+/, specifier);
  return end === null ? specifier : end[0];
}

/** `import.meta` of a cell: as of a module in the process's folder. */
const meta = ObjectCreate(null, {
  url: { enumerable: true, get: () => pathToFileURL(notebookFile()).href },
  filename: { enumerable: true, get: notebookFile },
  dirname: { enumerable: true, get: () => dirname(notebookFile()) },
  main: { enumerable: true, value: true },
  resolve: {
    enumerable: true,
    value: (/** @type {string} */ specifier) => {
      const found = createRequire(notebookFile()).resolve(specifier);
      return StringPrototypeStartsWith(found, '/') ? pathToFileURL(found).href : found;
    },
  },
});

export const cellHost = { import: importModule, check, meta, tdz, consts, helpers };
