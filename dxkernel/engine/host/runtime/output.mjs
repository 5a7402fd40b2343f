/**
 * `process.stdout` and `process.stderr` (and so `console`) write to the main channel, and so does what a program writes to
 * fd 1 and 2 through `fs`: one channel, one order.
 */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { types } from 'node:util';
import {
  BufferByteLength, BufferFrom, ObjectDefineProperty, ReflectApply, StringPrototypeToWellFormed, nodeProcess, processNextTick,
} from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send } from './channel.mjs';

const { write: decoderWrite } = StringDecoder.prototype;

/** @typedef {(chunk: any, encoding?: any) => void} Sink  text, or bytes cut anywhere */

/** @param {'stdout' | 'stderr'} name @returns {Sink} */
function sink(name) {
  const decoder = new StringDecoder('utf8');
  return (chunk, encoding) => {
    const text = typeof chunk === 'string' && (encoding === undefined || encoding === 'utf8' || encoding === 'buffer')
      ? chunk
      : ReflectApply(decoderWrite, decoder, [typeof chunk === 'string' ? BufferFrom(chunk, encoding) : chunk]);
    if (text !== '') send({ kind: 'stream', cell: currentCellId(), name, text: StringPrototypeToWellFormed(text) });
  };
}

/** By descriptor. @type {Record<number, Sink>} */
const sinks = { 1: sink('stdout'), 2: sink('stderr') };

/**
 * @param {number} fd
 * @param {{ colors: boolean, columns: number }} options
 */
function outputStream(fd, options) {
  const emit = sinks[fd];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      emit(chunk, encoding);
      callback();
    },
  });
  const slow = stream.write;
  // Every console call comes through here. The stream machinery costs more than the frame, so plain strings skip it.
  const write = (/** @type {any[]} */ ...args) => {
    if (typeof args[0] !== 'string' || stream.writableEnded || stream.writableCorked > 0 || stream.writableLength > 0) {
      return ReflectApply(slow, stream, args);
    }
    const encoding = typeof args[1] === 'string' ? args[1] : undefined;
    const callback = typeof args[1] === 'function' ? args[1] : args[2];
    emit(args[0], encoding);
    if (typeof callback === 'function') processNextTick(callback);
    return true;
  };
  ObjectDefineProperty(stream, 'write', { __proto__: null, value: write, writable: true, configurable: true, enumerable: false });
  const properties = /** @type {any} */ (stream);
  properties.fd = fd;
  properties._type = 'pipe';
  properties._isStdio = true;
  // As Node: these two streams are never destroyed or ended by a pipe that ends.
  properties.destroySoon = properties.destroy;
  properties._destroy = (/** @type {any} */ error, /** @type {any} */ callback) => callback(error);
  if (options.colors) {
    properties.isTTY = true;
    properties.columns = options.columns;
    properties.hasColors = () => true;
    properties.getColorDepth = () => 24;
    properties.getWindowSize = () => [options.columns, 24];
  }
  return stream;
}

/** @param {{ colors: boolean, columns: number }} options */
export function installOutput(options) {
  const streams = { stdout: outputStream(1, options), stderr: outputStream(2, options) };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    ObjectDefineProperty(nodeProcess, name, {
      __proto__: null, configurable: true, enumerable: true, get: () => streams[name],
    });
  }
  redirect('writeSync', writeNow);
  redirect('writevSync', writeAllNow);
  redirect('write', later(writeNow));
  redirect('writev', later(writeAllNow));
  redirect('writeFileSync', writeFileNow);
  redirect('appendFileSync', writeFileNow);
  syncBuiltinESMExports();
}

/**
 * Replace a function of `fs` where its first argument is standard output or error.
 * @param {string} name
 * @param {(emit: Sink, args: any[]) => any} instead
 */
function redirect(name, instead) {
  const owner = /** @type {any} */ (fs);
  const original = owner[name];
  owner[name] = {
    [name](/** @type {any[]} */ ...args) {
      const emit = sinkOf(args[0]);
      return emit === undefined ? ReflectApply(original, this, args) : instead(emit, args);
    },
  }[name];
  // Name, length, and what util.promisify reads.
  Object.defineProperties(owner[name], Object.getOwnPropertyDescriptors(original));
}

/** @param {any} target @returns {Sink | undefined} */
function sinkOf(target) {
  if (target === 1 || target === '/dev/stdout') return sinks[1];
  return target === 2 || target === '/dev/stderr' ? sinks[2] : undefined;
}

/** `fs.writeSync(fd, data, …)`. @param {Sink} emit @param {any[]} args @returns {number} bytes */
function writeNow(emit, args) {
  const data = args[1];
  const offset = args[2];
  const length = args[3];
  if (typeof data === 'string') {
    // (fd, text, position, encoding)
    emit(data, typeof length === 'string' ? length : undefined);
    return BufferByteLength(data, typeof length === 'string' ? /** @type {BufferEncoding} */ (length) : 'utf8');
  }
  const bytes = bytesOf(data, offset, length);
  emit(bytes);
  return bytes.byteLength;
}

/** @param {any} data @param {any} offset @param {any} length */
function bytesOf(data, offset, length) {
  if (!types.isArrayBufferView(data)) return BufferFrom(data);
  const options = offset !== null && typeof offset === 'object' ? offset : { offset, length };
  const start = options.offset ?? 0;
  return BufferFrom(/** @type {ArrayBuffer} */ (data.buffer), data.byteOffset + start, options.length ?? data.byteLength - start);
}

/** `fs.writevSync(fd, buffers)`. @param {Sink} emit @param {any[]} args @returns {number} bytes */
function writeAllNow(emit, args) {
  const buffers = args[1];
  let written = 0;
  for (let i = 0; i < buffers.length; i++) written += writeNow(emit, [undefined, buffers[i]]);
  return written;
}

/** `fs.writeFileSync(fd, data, options)`. @param {Sink} emit @param {any[]} args */
function writeFileNow(emit, args) {
  const data = args[1];
  const options = args[2];
  emit(types.isArrayBufferView(data) ? bytesOf(data, 0, undefined) : data, typeof options === 'string' ? options : options?.encoding);
}

/**
 * The form with a callback, which gets `(error, bytes, data)`.
 * @param {(emit: Sink, args: any[]) => number} write
 * @returns {(emit: Sink, args: any[]) => void}
 */
function later(write) {
  return (emit, args) => {
    const callback = args[args.length - 1];
    const rest = /** @type {any[]} */ ([]);
    for (let i = 0; i < args.length - 1; i++) rest[i] = args[i];
    const bytes = write(emit, rest);
    processNextTick(callback, null, bytes, args[1]);
  };
}
