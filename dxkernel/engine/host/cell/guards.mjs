/**
 * Errors of the language that only the rewriter of cells can see: `tdz`, `consts` and `check` of `CellHost` (`transform.mjs`),
 * the same for every host. They run among user code, and the cell's own place is on top of the stacks of what they throw.
 */

import {
  ErrorCtor, ObjectCreate, ObjectDefineProperty, ObjectKeys, ProxyCtor, ReferenceErrorCtor, ReflectApply, ReflectHas, StringCtor,
  SyntaxErrorCtor, TypeErrorCtor,
} from '../primordials.mjs';

const { captureStackTrace } = ErrorCtor;

/** Every name of it is read, or assigned, before its declaration ran. */
export const tdz = new ProxyCtor(ObjectCreate(null), { get: tooEarly, set: tooEarly });

/** @param {object} _target @param {string | symbol} name @returns {never} */
function tooEarly(_target, name) {
  throw withoutHost(new ReferenceErrorCtor(`Cannot access '${StringCtor(name)}' before initialization`), tooEarly);
}

/** @param {Record<string, () => unknown>} getters  of the constants, by name */
export function consts(getters) {
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

/** Throws if a module lacks an export that a cell imports by name. @param {object} namespace @param {string} specifier @param {string[]} required */
export function check(namespace, specifier, required) {
  for (let i = 0; i < required.length; i++) {
    if (!ReflectHas(namespace, required[i])) {
      throw withoutHost(new SyntaxErrorCtor(`The requested module '${specifier}' does not provide an export named '${required[i]}'`), check);
    }
  }
}

/** @template {Error} E @param {E} error @param {Function} caller @returns {E} with the cell's own place on top of its stack */
function withoutHost(error, caller) {
  ReflectApply(captureStackTrace, ErrorCtor, [error, caller]);
  return error;
}
