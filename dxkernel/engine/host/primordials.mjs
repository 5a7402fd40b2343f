/**
 * References taken before any user code runs.
 *
 * A cell may overwrite `JSON.parse`, `Array.prototype.map` or `Promise`, or declare `let JSON`, which shadows the global
 * for every script and module of the realm. Host code on the main thread therefore names no global but through here,
 * calls no method of a built-in prototype, and iterates by index. `tests/host/free_names.test.mjs` holds
 * these rules, as far as syntax shows a breach.
 */

import { Buffer } from 'node:buffer';

const { apply, ownKeys, getOwnPropertyDescriptor, has } = Reflect;
const { bind, call } = Function.prototype;

/**
 * `method` as a function that takes its `this` first.
 * @type {<F extends (...args: any[]) => any>(method: F) => (self: any, ...args: Parameters<F>) => ReturnType<F>}
 */
const uncurryThis = /** @type {any} */ (bind.bind(call));

export const globalObject = globalThis;
export const ReflectApply = apply;
export const ReflectDeleteProperty = Reflect.deleteProperty;
export const ReflectOwnKeys = ownKeys;
export const ReflectGetOwnPropertyDescriptor = getOwnPropertyDescriptor;
export const ReflectHas = has;

export const ObjectCtor = Object;
export const ObjectPrototype = Object.prototype;
export const ObjectCreate = Object.create;
/** A descriptor without a prototype, `__proto__: null`, inherits no `get` or `value` that a cell gave to all objects. */
export const ObjectDefineProperty = /** @type {<T>(object: T, key: PropertyKey, descriptor: PropertyDescriptor & { __proto__?: null }) => T} */ (
  Object.defineProperty
);
export const ObjectFreeze = Object.freeze;
export const ObjectGetPrototypeOf = Object.getPrototypeOf;
export const ObjectKeys = Object.keys;
export const ObjectSetPrototypeOf = Object.setPrototypeOf;
export const ObjectHasOwn = Object.hasOwn;
export const ObjectPrototypeToString = uncurryThis(Object.prototype.toString);

export const ArrayIsArray = Array.isArray;
export const ArrayPrototypeJoin = uncurryThis(Array.prototype.join);
export const ArrayPrototypePush = uncurryThis(Array.prototype.push);
export const ArrayPrototypeSlice = uncurryThis(Array.prototype.slice);
export const ArrayPrototypeIncludes = uncurryThis(Array.prototype.includes);

export const StringCtor = String;
export const StringPrototypeSlice = uncurryThis(String.prototype.slice);
export const StringPrototypeStartsWith = uncurryThis(String.prototype.startsWith);
export const StringPrototypeEndsWith = uncurryThis(String.prototype.endsWith);
export const StringPrototypeIncludes = uncurryThis(String.prototype.includes);
export const StringPrototypeIndexOf = uncurryThis(String.prototype.indexOf);
export const StringPrototypeSplit = uncurryThis(/** @type {(separator: string, limit?: number) => string[]} */ (String.prototype.split));
export const StringPrototypeReplaceAll = uncurryThis(
  /** @type {(pattern: string, replacement: string) => string} */ (String.prototype.replaceAll),
);
export const StringPrototypePadStart = uncurryThis(String.prototype.padStart);
export const StringPrototypeRepeat = uncurryThis(String.prototype.repeat);
export const StringPrototypeTrim = uncurryThis(String.prototype.trim);
export const StringPrototypeToWellFormed = uncurryThis(String.prototype.toWellFormed);
export const StringPrototypeCharCodeAt = uncurryThis(String.prototype.charCodeAt);
export const RegExpPrototypeExec = uncurryThis(RegExp.prototype.exec);

export const MapCtor = Map;
export const MapPrototypeGet = uncurryThis(Map.prototype.get);
export const MapPrototypeSet = uncurryThis(Map.prototype.set);
export const MapPrototypeDelete = uncurryThis(Map.prototype.delete);
export const MapPrototypeHas = uncurryThis(Map.prototype.has);
export const MapPrototypeForEach = uncurryThis(Map.prototype.forEach);
export const WeakMapCtor = WeakMap;
export const WeakMapPrototypeGet = uncurryThis(WeakMap.prototype.get);
export const WeakMapPrototypeSet = uncurryThis(WeakMap.prototype.set);

export const JSONStringify = JSON.stringify;
export const JSONParse = JSON.parse;
export const SymbolFor = Symbol.for;
export const SymbolToStringTag = Symbol.toStringTag;
export const SymbolIterator = Symbol.iterator;
export const SymbolAsyncIterator = Symbol.asyncIterator;
export const NumberCtor = Number;
export const NumberIsFinite = Number.isFinite;
export const NumberIsInteger = Number.isInteger;
export const NumberPrototypeToFixed = uncurryThis(Number.prototype.toFixed);
export const MathFloor = Math.floor;
export const MathMin = Math.min;
export const MathMax = Math.max;

export const ErrorCtor = Error;
export const TypeErrorCtor = TypeError;
export const SyntaxErrorCtor = SyntaxError;
export const ReferenceErrorCtor = ReferenceError;
export const PromiseCtor = Promise;
export const PromisePrototypeThen = uncurryThis(Promise.prototype.then);
export const PromiseResolve = /** @type {(value?: any) => Promise<any>} */ (Promise.resolve.bind(Promise));

export const ProxyCtor = Proxy;
export const Uint8ArrayCtor = Uint8Array;
export const AtomicsWait = Atomics.wait;
export const AtomicsNotify = Atomics.notify;
export const AtomicsLoad = Atomics.load;
export const AtomicsStore = Atomics.store;

export const BufferCtor = Buffer;
export const BufferFrom = Buffer.from;
export const BufferAllocUnsafe = Buffer.allocUnsafe;
export const BufferByteLength = Buffer.byteLength;
export const BufferIsBuffer = Buffer.isBuffer;
export const BufferCopy = uncurryThis(/** @type {any} */ (Buffer.prototype.copy));
export const BufferToString = uncurryThis(Buffer.prototype.toString);
/** `buffer.utf8Write(text, offset, length)` of every Node: the fastest way in, and not a public type. */
export const BufferUtf8Write = uncurryThis(/** @type {any} */ (Buffer.prototype).utf8Write);

export const nodeProcess = process;
export const nodeConsole = console;
export const processNextTick = process.nextTick.bind(process);
export const processHrtime = process.hrtime.bigint;
export const setTimeoutFn = setTimeout;
export const clearTimeoutFn = clearTimeout;
export const setImmediateFn = setImmediate;
export const URLCtor = URL;
export { uncurryThis };
