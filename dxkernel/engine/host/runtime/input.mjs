/**
 * Input a program asks for: `prompt()`, `confirm()`, `alert()`, `dx.password()` wait in place, `process.stdin` (and so
 * `readline`) reads line by line. All of them become input requests, which the front end answers.
 */

import { Readable } from 'node:stream';
import { receiveMessageOnPort } from 'node:worker_threads';
import {
  AtomicsLoad, AtomicsWait, MapCtor, MapPrototypeDelete, MapPrototypeGet, MapPrototypeSet, ObjectDefineProperty,
  StringCtor, StringPrototypeToWellFormed, StringPrototypeTrim, globalObject, nodeProcess, setTimeoutFn,
} from '../primordials.mjs';
import { currentCellId } from './cells.mjs';
import { send } from './channel.mjs';
import { INPUT } from './flags.mjs';

// Asking a person for a line the program does not want is worse than this wait.
const READ_AHEAD_PAUSE_MS = 15;

let requests = 0;
/** @type {Map<number, (text: string | null) => void>} */
const waiting = new MapCtor();

/** @type {import('node:worker_threads').MessagePort} */
let port;
/** @type {Int32Array} */
let flags;

/** @param {{ id: number, text: string | null }} reply */
function deliver(reply) {
  const callback = MapPrototypeGet(waiting, reply.id);
  MapPrototypeDelete(waiting, reply.id);
  if (callback !== undefined) callback(reply.text);
}

/** @param {string} prompt @param {boolean} password */
function request(prompt, password) {
  const id = ++requests;
  send({ kind: 'input', cell: currentCellId(), id, prompt: StringPrototypeToWellFormed(prompt), password });
  return id;
}

/**
 * Ask, and wait in place for the answer.
 * @param {string} prompt @param {boolean} [password]
 * @returns {string | null}  null at end of input, or where the front end cannot ask
 */
function ask(prompt, password = false) {
  const id = request(prompt, password);
  let answer = /** @type {string | null | undefined} */ (undefined);
  MapPrototypeSet(waiting, id, (/** @type {string | null} */ text) => {
    answer = text;
  });
  while (answer === undefined) {
    const seen = AtomicsLoad(flags, INPUT);
    for (let message = receiveMessageOnPort(port); message !== undefined; message = receiveMessageOnPort(port)) {
      deliver(message.message);
    }
    if (answer === undefined) AtomicsWait(flags, INPUT, seen);
  }
  return answer;
}

/**
 * Standard input as a stream that asks for one line at a time, when somebody reads.
 * @returns {Readable}
 */
function stdinStream() {
  let parked = false;
  const stream = new Readable({ read: ask });
  // A flowing stream reads ahead: it wants the next line before the program had a chance to pause or close.
  function ask() {
    setTimeoutFn(() => {
      if (stream.destroyed) return;
      parked = !isRead();
      if (parked) return;
      MapPrototypeSet(waiting, request('', false), (/** @type {string | null} */ text) => stream.push(text === null ? null : `${text}\n`));
    }, READ_AHEAD_PAUSE_MS);
  }
  /** Paused, nobody reads, but for those who wait for `readable`. */
  function isRead() {
    return stream.readableFlowing !== false || stream.listenerCount('readable') > 0;
  }
  /** The stream believes that its read is under way: it does not ask again by itself. */
  function unpark() {
    if (!parked) return;
    parked = false;
    ask();
  }
  stream.on('resume', unpark);
  stream.on('newListener', (/** @type {string} */ event) => {
    if (event === 'readable') unpark();
  });
  // A program that only has a reader on standard input is waiting for a person, and a notebook's engine lives on anyway.
  const properties = /** @type {any} */ (stream);
  properties.fd = 0;
  properties.ref = properties.unref = () => stream;
  return stream;
}

/**
 * @param {{ port: import('node:worker_threads').MessagePort, flags: Int32Array }} options
 * @returns {{ password(prompt?: string): string | null }}  what `dx` offers of it
 */
export function installInput(options) {
  ({ port, flags } = options);
  port.addEventListener('message', (event) => deliver(/** @type {MessageEvent} */ (event).data));
  port.start();
  port.unref();
  let stdin = /** @type {Readable | undefined} */ (undefined);
  ObjectDefineProperty(nodeProcess, 'stdin', {
    __proto__: null, configurable: true, enumerable: true,
    get: () => (stdin === undefined || stdin.destroyed || stdin.readableEnded ? (stdin = stdinStream()) : stdin),
  });
  define('prompt', (message = 'Prompt', initial = '') => {
    const answer = ask(`${StringCtor(message)} `);
    return answer === '' ? StringCtor(initial) : answer;
  });
  define('confirm', (message = 'Confirm') => {
    const answer = ask(`${StringCtor(message)} [y/N] `);
    return answer !== null && (StringPrototypeTrim(answer) === 'y' || StringPrototypeTrim(answer) === 'Y');
  });
  define('alert', (message = 'Alert') => {
    ask(`${StringCtor(message)} [Enter] `);
  });
  return { password: (message = 'Password:') => ask(`${StringCtor(message)} `, true) };
}

/** @param {string} name @param {(...args: any[]) => any} value */
function define(name, value) {
  ObjectDefineProperty(value, 'name', { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(globalObject, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
}
