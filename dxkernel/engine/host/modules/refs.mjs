/**
 * References to the built-ins that the module hooks use, taken before user code runs.
 *
 * The hooks run on the user's thread, where a program may have replaced `JSON.parse` or `String.prototype.endsWith`.
 * Only what the hooks use is here. The hooks import this file eagerly, the rest of their code lazily.
 */

const { call } = Function.prototype;

/**
 * Turns a method into a function that takes the receiver first.
 * @template This, Result
 * @template {unknown[]} Args
 * @param {(this: This, ...args: Args) => Result} method
 * @returns {(receiver: This, ...args: Args) => Result}
 */
const uncurry = (method) => call.bind(/** @type {any} */ (method));

export const { parse: jsonParse, stringify: jsonStringify } = JSON;
export const { isArray } = Array;
export const { defineProperty, entries } = Object;
export const SafeMap = Map;
export const SafeSyntaxError = SyntaxError;
export const bufferFrom = Buffer.from;

export const mapGet = uncurry(Map.prototype.get);
export const mapSet = uncurry(Map.prototype.set);
export const mapHas = uncurry(Map.prototype.has);
export const startsWith = uncurry(String.prototype.startsWith);
export const endsWith = uncurry(String.prototype.endsWith);
export const includes = uncurry(String.prototype.includes);
export const indexOf = uncurry(String.prototype.indexOf);
export const lastIndexOf = uncurry(String.prototype.lastIndexOf);
export const split = uncurry(/** @type {(this: string, separator: string) => string[]} */ (String.prototype.split));
export const slice = uncurry(String.prototype.slice);
export const codeAt = uncurry(String.prototype.charCodeAt);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const exec = uncurry(RegExp.prototype.exec);
export const arrayIncludes = uncurry(Array.prototype.includes);
export const bufferToString = uncurry(Buffer.prototype.toString);
