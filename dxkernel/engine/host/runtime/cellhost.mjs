/**
 * The `$dx` that the rewritten text of a cell calls (`CellHost` in `cell/transform.mjs`): imports, `import.meta`, and the errors
 * of the language that only the rewriter can see.
 */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { dirname } from 'node:path';
import {
  ErrorCtor, MapCtor, MapPrototypeGet, MapPrototypeHas, MapPrototypeSet, ObjectCreate, ObjectDefineProperty, ObjectKeys, ProxyCtor,
  ReferenceErrorCtor, ReflectApply, ReflectHas, RegExpPrototypeExec, StringCtor, StringPrototypeStartsWith, SyntaxErrorCtor, TypeErrorCtor,
} from '../primordials.mjs';
import * as helpers from '../cell/helpers.mjs';
import { notebookFile } from './globals.mjs';

const { captureStackTrace } = ErrorCtor;

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

/** @param {any} namespace @param {string} specifier @param {string[]} required */
function check(namespace, specifier, required) {
  for (let i = 0; i < required.length; i++) {
    if (!ReflectHas(namespace, required[i])) {
      throw withoutHost(new SyntaxErrorCtor(`The requested module '${specifier}' does not provide an export named '${required[i]}'`), check);
    }
  }
}

/** @param {Record<string, () => unknown>} getters  of the constants, by name */
function consts(getters) {
  const object = ObjectCreate(null);
  const names = ObjectKeys(getters);
  const set = () => {
    throw withoutHost(new TypeErrorCtor('Assignment to constant variable.'), set);
  };
  for (let i = 0; i < names.length; i++) {
    ObjectDefineProperty(object, names[i], { __proto__: null, get: getters[names[i]], set });
  }
  return object;
}

const tdz = new ProxyCtor(ObjectCreate(null), {
  get: function get(_, name) {
    throw withoutHost(new ReferenceErrorCtor(`Cannot access '${StringCtor(name)}' before initialization`), get);
  },
  set: function set(_, name) {
    throw withoutHost(new ReferenceErrorCtor(`Cannot access '${StringCtor(name)}' before initialization`), set);
  },
});

/** @template {Error} E @param {E} error @param {Function} caller @returns {E} with the cell's own place on top of its stack */
function withoutHost(error, caller) {
  ReflectApply(captureStackTrace, ErrorCtor, [error, caller]);
  return error;
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
