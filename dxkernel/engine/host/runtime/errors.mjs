/**
 * What was thrown, as plain data that can travel. The stack stays text here: the bridge, which has the source maps and a
 * realm of its own, takes it apart. Nothing a user's error can do (throwing getters, proxies, cycles) escapes.
 */

import { inspect, types } from 'node:util';
import { ArrayIsArray, MathMin, ObjectSetPrototypeOf, StringCtor, StringPrototypeSlice,
  StringPrototypeToWellFormed } from '../primordials.mjs';

const { isNativeError, isProxy } = types;

// A message of megabytes helps nobody, and travels to every client of a notebook.
const MAX_TEXT = 100_000;
// An honest chain of causes is short; a cyclic one never ends.
const MAX_CAUSES = 8;
const MAX_CHILDREN = 16;

/**
 * @typedef {{ name: string, message: string, stack: string, details: string, isError: boolean, cause?: RawError, errors?: RawError[] }} RawError
 */

/**
 * @param {unknown} thrown
 * @param {number} [depth]
 * @returns {RawError}
 */
export function describeError(thrown, depth = 0) {
  const isError = looksLikeError(thrown);
  const raw = /** @type {RawError} */ (bare({
    name: isError ? text(read(thrown, 'name')) || 'Error' : 'Uncaught',
    message: isError ? text(read(thrown, 'message')) : preview(thrown),
    stack: isError ? text(read(thrown, 'stack')) : '',
    details: depth === 0 ? preview(thrown) : '',
    isError,
  }));
  if (!isError || depth >= MAX_CAUSES) return raw;
  const cause = read(thrown, 'cause');
  if (cause !== undefined) raw.cause = describeError(cause, depth + 1);
  const errors = read(thrown, 'errors');
  if (ArrayIsArray(errors) && depth < 3) raw.errors = children(errors, depth);
  return raw;
}

/** @param {unknown[]} errors @param {number} depth */
function children(errors, depth) {
  const result = /** @type {RawError[]} */ (ObjectSetPrototypeOf([], null));
  const count = MathMin(errors.length, MAX_CHILDREN);
  for (let i = 0; i < count; i++) result[i] = describeError(read(errors, i), depth + 1);
  return result;
}

/** @param {unknown} thrown */
function looksLikeError(thrown) {
  if (typeof thrown !== 'object' || thrown === null) return false;
  if (isNativeError(thrown)) return true;
  if (isProxy(thrown)) return false;
  // Errors of another realm, DOMException, and libraries' own that only inherit from Error.
  return typeof read(thrown, 'stack') === 'string' && typeof read(thrown, 'message') === 'string';
}

/** @param {any} object @param {string | number} key */
function read(object, key) {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? StringPrototypeToWellFormed(StringPrototypeSlice(value, 0, MAX_TEXT)) : value === undefined ? '' : preview(value);
}

/** @param {unknown} value @returns {string} what Node would print for it, in bounded size */
function preview(value) {
  try {
    return text(inspect(value, { maxStringLength: 10_000, maxArrayLength: 100, depth: 4 }));
  } catch {
    return tryString(value);
  }
}

/** @param {unknown} value */
function tryString(value) {
  try {
    return StringCtor(value);
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}

/** @template {object} T @param {T} object @returns {T} without a prototype, so that JSON sees only what we put in */
function bare(object) {
  return ObjectSetPrototypeOf(object, null);
}

