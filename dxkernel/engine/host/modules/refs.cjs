/**
 * References to the built-ins that the module hooks use, taken before user code runs.
 *
 * The hooks run on the user's thread, where a program may have replaced `JSON.parse` or `String.prototype.endsWith`.
 * Only what the hooks use is here. The hooks import this file eagerly, the rest of their code lazily.
 *
 * CommonJS, because it is on the path of every start, where three ES modules cost 2 ms more than three of these.
 */
'use strict';

const { call } = Function.prototype;

/**
 * Turns a method into a function that takes the receiver first.
 * @template This, Result
 * @template {unknown[]} Args
 * @param {(this: This, ...args: Args) => Result} method
 * @returns {(receiver: This, ...args: Args) => Result}
 */
const uncurry = (method) => call.bind(/** @type {any} */ (method));

const { parse: jsonParse, stringify: jsonStringify } = JSON;
const { isArray } = Array;
const { defineProperty, keys } = Object;
const { cwd } = process;
const SafeMap = Map;
const SafeSyntaxError = SyntaxError;
const bufferFrom = Buffer.from;

const mapGet = uncurry(Map.prototype.get);
const mapSet = uncurry(Map.prototype.set);
const mapHas = uncurry(Map.prototype.has);
const startsWith = uncurry(String.prototype.startsWith);
const endsWith = uncurry(String.prototype.endsWith);
const includes = uncurry(String.prototype.includes);
const indexOf = uncurry(String.prototype.indexOf);
const lastIndexOf = uncurry(String.prototype.lastIndexOf);
const split = uncurry(/** @type {(this: string, separator: string) => string[]} */ (String.prototype.split));
const slice = uncurry(String.prototype.slice);
const codeAt = uncurry(String.prototype.charCodeAt);
const toLowerCase = uncurry(String.prototype.toLowerCase);
const exec = uncurry(RegExp.prototype.exec);
const arrayIncludes = uncurry(Array.prototype.includes);
const push = uncurry(/** @type {(this: any[], item: any) => number} */ (Array.prototype.push));
const join = uncurry(/** @type {(this: any[], separator: string) => string} */ (Array.prototype.join));
const bufferToString = uncurry(Buffer.prototype.toString);

module.exports = {
  jsonParse, jsonStringify, isArray, defineProperty, keys, cwd, SafeMap, SafeSyntaxError, bufferFrom, mapGet, mapSet,
  mapHas, startsWith, endsWith, includes, indexOf, lastIndexOf, split, slice, codeAt, toLowerCase, exec,
  arrayIncludes, push, join, bufferToString,
};
