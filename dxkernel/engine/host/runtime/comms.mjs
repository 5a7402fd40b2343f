/**
 * `dx.comms`: messages between a program and what shows it, both ways, with binary buffers (Jupyter's comms).
 *
 * A handler runs in the context of the cell that gave it, so what it prints has a place. Handlers run when the main thread
 * is free: between cells, and while one awaits. When one has run, Python is told, and the front end's request ends.
 */

import { types } from 'node:util';
import {
  ArrayIsArray, BufferFrom, MapCtor, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet, MapPrototypeSet, ObjectDefineProperty,
  ReflectApply, StringCtor, SymbolToStringTag, TypeErrorCtor, nodeProcess, processNextTick, setImmediateFn,
} from '../primordials.mjs';
import { currentCell, currentCellId, runAs } from './cells.mjs';
import { send } from './channel.mjs';
import { bare, jsonCopy } from './values.mjs';

/**
 * @typedef {{ data: any, metadata: any, buffers: Uint8Array[] }} CommContent  what a handler gets
 * @typedef {{ metadata?: any, buffers?: (ArrayBuffer | ArrayBufferView)[] }} CommExtras
 * @typedef {{ callback: Function, cell: import('./cells.mjs').Cell | undefined }} Handler
 * @typedef {{ id: number, message: 'open' | 'msg' | 'close', comm_id: string, target_name: string } & CommContent} Incoming
 */

const { getBuiltinModule } = nodeProcess;

/** What front ends may open, by name. @type {Map<string, Handler>} */
const targets = new MapCtor();
/** Open comms by id. @type {Map<string, Comm>} */
const comms = new MapCtor();
/** Messages that Python waits for. @type {Map<number, true>} */
const unanswered = new MapCtor();

/** One open connection with the front ends. */
class Comm {
  #open = true;
  /** @type {Handler | undefined} */
  #onMessage;
  /** @type {Handler | undefined} */
  #onClose;

  /** @param {string} id @param {string} targetName */
  constructor(id, targetName) {
    constant(this, 'id', id);
    constant(this, 'targetName', targetName);
  }

  /** Whether neither side has closed it. */
  get isOpen() {
    return this.#open;
  }

  /** @param {any} [data] @param {CommExtras} [extras] @throws {TypeError} when it is closed, or `data` is no JSON value */
  send(data, extras) {
    if (!this.#open) throw new TypeErrorCtor('comm.send: the comm is closed');
    post('msg', this, data, extras);
  }

  /** What is called with each message from now on, in place of what was called so far. @param {((message: CommContent) => unknown) | null} callback */
  onMessage(callback) {
    this.#onMessage = handlerOf(callback, 'comm.onMessage');
    return this;
  }

  /** What is called when the front end closes it. @param {((message: CommContent) => unknown) | null} callback */
  onClose(callback) {
    this.#onClose = handlerOf(callback, 'comm.onClose');
    return this;
  }

  /** Close it; a second time does nothing. @param {any} [data] @param {CommExtras} [extras] */
  close(data, extras) {
    if (!this.#open) return;
    post('close', this, data, extras);
    forget(this);
  }

  /** @param {Comm} comm @returns {Handler | undefined} */
  static messageHandler(comm) {
    return comm.#onMessage;
  }

  /** @param {Comm} comm @returns {Handler | undefined} */
  static closeHandler(comm) {
    return comm.#onClose;
  }

  /** @param {Comm} comm */
  static markClosed(comm) {
    comm.#open = false;
  }
}
ObjectDefineProperty(Comm.prototype, SymbolToStringTag, { __proto__: null, value: 'Comm', configurable: true });
const { messageHandler, closeHandler, markClosed } = Comm;

/** @param {any} object @param {string} key @param {string} value */
function constant(object, key, value) {
  ObjectDefineProperty(object, key, { __proto__: null, value, enumerable: true });
}

/** @param {unknown} callback @param {string} where @returns {Handler | undefined} */
function handlerOf(callback, where) {
  if (callback === null || callback === undefined) return undefined;
  if (typeof callback !== 'function') throw new TypeErrorCtor(`${where}: expected a function, or null for none`);
  return bare({ callback, cell: currentCell() });
}

/** @param {Comm} comm */
function forget(comm) {
  markClosed(comm);
  const { id } = /** @type {any} */ (comm);
  if (MapPrototypeGet(comms, id) === comm) MapPrototypeDelete(comms, id);
}

/** @param {'open' | 'msg' | 'close'} message @param {any} comm @param {any} data @param {CommExtras} [extras] */
function post(message, comm, data, extras) {
  const { id, targetName } = comm;
  send(
    {
      kind: 'comm', cell: currentCellId(), message, comm_id: id, target_name: targetName,
      data: data === undefined ? bare({}) : jsonCopy(data),
      metadata: extras?.metadata === undefined ? bare({}) : jsonCopy(extras.metadata),
    },
    bytesOf(extras?.buffers),
  );
}

/** @param {any} buffers @returns {Uint8Array[] | undefined} */
function bytesOf(buffers) {
  if (buffers === undefined || buffers === null) return undefined;
  if (!ArrayIsArray(buffers)) throw new TypeErrorCtor('buffers: expected an array of ArrayBuffers, typed arrays or DataViews');
  const result = /** @type {Uint8Array[]} */ ([]);
  for (let i = 0; i < buffers.length; i++) result[i] = viewOf(buffers[i]);
  return result;
}

/** @param {any} buffer */
function viewOf(buffer) {
  if (types.isAnyArrayBuffer(buffer)) return BufferFrom(/** @type {ArrayBuffer} */ (buffer));
  if (!types.isArrayBufferView(buffer)) throw new TypeErrorCtor('buffers: expected ArrayBuffers, typed arrays or DataViews');
  return BufferFrom(/** @type {ArrayBuffer} */ (buffer.buffer), buffer.byteOffset, buffer.byteLength);
}

/**
 * Let front ends open comms to `name`; `callback` gets each, and the message that opened it.
 * @param {string} name
 * @param {((comm: Comm, message: CommContent) => unknown) | null} callback  `null` takes the target away
 */
function registerTarget(name, callback) {
  const handler = handlerOf(callback, 'dx.comms.registerTarget');
  if (handler === undefined) MapPrototypeDelete(targets, StringCtor(name));
  else MapPrototypeSet(targets, StringCtor(name), handler);
}

/**
 * Open a comm to a target that the front end knows.
 * @param {string} targetName
 * @param {{ data?: any, id?: string } & CommExtras} [options]
 * @returns {Comm}
 */
function open(targetName, options) {
  const id = options?.id === undefined ? newId() : StringCtor(options.id);
  const comm = new Comm(id, StringCtor(targetName));
  post('open', comm, options?.data, options);
  MapPrototypeSet(comms, id, comm);
  return comm;
}

/** Loaded when it is first needed: a start has no time for it. @type {(() => string) | undefined} */
let randomUUID;

function newId() {
  randomUUID ??= /** @type {() => string} */ (/** @type {any} */ (ReflectApply(getBuiltinModule, nodeProcess, ['node:crypto'])).randomUUID);
  return randomUUID();
}

/** What the program sees as `dx.comms`. */
export const commApi = bare({ registerTarget, open });

/** A message of a front end. @param {Incoming} incoming */
export function receiveComm(incoming) {
  const { id } = incoming;
  MapPrototypeSet(unanswered, id, true);
  // After what the handler does at once and in promises. Set before it runs: an interrupt unwinds past everything here.
  setImmediateFn(answer, id);
  const { message, comm_id: commId, target_name: targetName, data, metadata, buffers } = incoming;
  const content = { data, metadata, buffers };
  if (message === 'open') return opened(commId, targetName, content);
  const comm = MapPrototypeGet(comms, commId);
  // One that was closed a moment ago, or belonged to an engine that is gone.
  if (comm === undefined) return;
  if (message === 'msg') {
    call(messageHandler(comm), [content]);
  } else {
    forget(comm);
    call(closeHandler(comm), [content]);
  }
}

/** @param {string} id @param {string} targetName @param {CommContent} content */
function opened(id, targetName, content) {
  const comm = new Comm(id, targetName);
  const target = MapPrototypeGet(targets, targetName);
  if (target === undefined) return post('close', comm, undefined);
  MapPrototypeSet(comms, id, comm);
  if (!call(target, [comm, content])) comm.close();
}

/** An interrupt took the handlers away: nobody is to wait for them. */
export function answerComms() {
  MapPrototypeForEach(unanswered, (/** @type {true} */ _, /** @type {number} */ id) => answer(id));
}

/** @param {number} id */
function answer(id) {
  if (MapPrototypeDelete(unanswered, id)) send({ kind: 'handled', id });
}

/**
 * @param {Handler | undefined} handler @param {any[]} args
 * @returns {boolean} whether it did not throw
 */
function call(handler, args) {
  if (handler === undefined) return true;
  let ok = false;
  runAs(handler.cell, () => {
    try {
      ReflectApply(handler.callback, undefined, args);
      ok = true;
    } catch (error) {
      // As an uncaught error of its cell.
      processNextTick(rethrow, error);
    }
  });
  return ok;
}

/** @param {unknown} error @returns {never} */
function rethrow(error) {
  throw error;
}
