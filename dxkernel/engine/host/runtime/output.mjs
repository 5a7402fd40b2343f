/**
 * `process.stdout` and `process.stderr` (and so `console`) write to the main channel. Writes to fd 1 and 2 that go round
 * them are bracketed by marks, so that Python puts them in their place.
 */

import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import {
  BufferFrom, ObjectDefineProperty, ReflectApply, StringPrototypeToWellFormed, nodeProcess,
  processNextTick,
} from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send, sendMark } from './channel.mjs';
import { StringDecoder } from 'node:string_decoder';

const { write: decoderWrite } = StringDecoder.prototype;

/**
 * @param {'stdout' | 'stderr'} name
 * @param {number} fd
 * @param {{ colors: boolean, columns: number }} options
 */
function outputStream(name, fd, options) {
  const decoder = new StringDecoder('utf8');
  /** @param {any} chunk @param {any} [encoding] */
  const emit = (chunk, encoding) => {
    const text = typeof chunk === 'string' && (encoding === undefined || encoding === 'utf8' || encoding === 'buffer')
      ? chunk
      : ReflectApply(decoderWrite, decoder, [typeof chunk === 'string' ? BufferFrom(chunk, encoding) : chunk]);
    if (text !== '') send({ kind: 'stream', cell: currentCellId(), name, text: StringPrototypeToWellFormed(text) });
  };
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
  const streams = { stdout: outputStream('stdout', 1, options), stderr: outputStream('stderr', 2, options) };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    ObjectDefineProperty(nodeProcess, name, {
      __proto__: null, configurable: true, enumerable: true, get: () => streams[name],
    });
  }
}

/** Wrap what reaches fd 1 and 2 without us. `onSpawn` is told of every child; `onWait` of every synchronous wait. */
export function installMarks(/** @type {{ onSpawn(child: childProcess.ChildProcess): void, onWait(waiting: boolean): void }} */ hooks) {
  for (const name of /** @type {const} */ (['spawnSync', 'execSync', 'execFileSync'])) {
    bracket(childProcess, name, () => true, hooks.onWait);
  }
  for (const name of /** @type {const} */ (['writeSync', 'writevSync', 'write', 'writev', 'writeFileSync', 'appendFileSync'])) {
    bracket(fs, name, isOutput, () => {});
  }
  const { spawn } = /** @type {any} */ (childProcess.ChildProcess).prototype;
  /** @type {any} */ (childProcess.ChildProcess).prototype.spawn = function (/** @type {any} */ options) {
    const cell = currentCellId();
    sendMark(cell);
    const result = ReflectApply(spawn, this, [options]);
    // Registered before any listener of the user's, so the mark precedes whatever they print when the child ends.
    this.prependListener('exit', () => sendMark(cell));
    hooks.onSpawn(this);
    return result;
  };
  syncBuiltinESMExports();
}

/** @param {any} target @returns {boolean} */
const isOutput = (target) =>
  target === 1 || target === 2 || target === '/dev/stdout' || target === '/dev/stderr' || target === '/proc/self/fd/1';

/**
 * @param {any} owner @param {string} name
 * @param {(first: any) => boolean} concerns  whether a call with this first argument can reach fd 1 or 2
 * @param {(waiting: boolean) => void} onWait
 */
function bracket(owner, name, concerns, onWait) {
  const original = owner[name];
  const { [name]: wrapper } = {
    [name](/** @type {any[]} */ ...args) {
      if (!concerns(args[0])) return ReflectApply(original, this, args);
      const cell = currentCellId();
      sendMark(cell);
      onWait(true);
      try {
        return ReflectApply(original, this, args);
      } finally {
        onWait(false);
        sendMark(cell);
      }
    },
  };
  // Name, length, and what util.promisify reads.
  Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original));
  owner[name] = wrapper;
}

