/**
 * Ending what the main thread does, without ending the main thread.
 *
 * The main thread is told by message, which it sees if it awaits. If it does not answer at once it is busy:
 * `Runtime.terminateExecution` unwinds it, again and again until the message is seen, because code that runs afterwards (the
 * next callback, a `nextTick` loop) may be just as endless. A synchronous child process gets the signals of a terminal.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { CHILD_WAIT, INTERRUPT_SEEN } from '../runtime/flags.mjs';

/** An idle event loop answers in a fraction of a millisecond. */
const ANSWER_MS = 3;
const REPEAT_MS = 20;
/** When a synchronous child gets which signal, after the first interrupt, if it still runs. */
const CHILD_SIGNALS = /** @type {const} */ ([[0, 'SIGINT'], [1_000, 'SIGTERM'], [2_500, 'SIGKILL']]);

export class Interrupter {
  #main;
  #flags;
  #inspector;
  #seq = 0;
  #busy = false;
  /** @type {(() => void)[]} */
  #waiting = [];

  /**
   * @param {{ main: import('node:worker_threads').MessagePort, flags: Int32Array, inspector: import('./inspector.mjs').Inspector }} parts
   */
  constructor({ main, flags, inspector }) {
    this.#main = main;
    this.#flags = flags;
    this.#inspector = inspector;
  }

  /** Do something when no interrupt is under way: a termination may take a message with it. @param {() => void} callback */
  whenCalm(callback) {
    if (this.#busy) this.#waiting.push(callback);
    else callback();
  }

  /** @param {number[]} cells  all that run: which of them holds the main thread is not known here */
  interrupt(cells) {
    if (this.#busy) return;
    this.#busy = true;
    this.#attempt(++this.#seq, cells, performance.now(), 0);
  }

  /** @param {number} seq @param {number[]} cells @param {number} started @param {number} signals */
  #attempt(seq, cells, started, signals) {
    this.#main.postMessage({ kind: 'interrupt', seq, cells });
    setTimeout(() => {
      if (Atomics.load(this.#flags, INTERRUPT_SEEN) >= seq) return this.#calm();
      const sent = Atomics.load(this.#flags, CHILD_WAIT) === 1 ? signalChildren(performance.now() - started, signals) : signals;
      this.#inspector.terminateExecution();
      setTimeout(() => {
        if (Atomics.load(this.#flags, INTERRUPT_SEEN) >= seq) this.#calm();
        else this.#attempt(seq, cells, started, sent);
      }, signals === 0 && sent === 0 ? ANSWER_MS : REPEAT_MS);
    }, ANSWER_MS);
  }

  #calm() {
    this.#busy = false;
    for (const callback of this.#waiting.splice(0)) callback();
  }
}

/** @param {number} elapsed @param {number} sent @returns {number} how many of the signals are sent by now */
function signalChildren(elapsed, sent) {
  while (sent < CHILD_SIGNALS.length && CHILD_SIGNALS[sent][0] <= elapsed) {
    signalAll(CHILD_SIGNALS[sent][1]);
    sent++;
  }
  return sent;
}

/** @param {NodeJS.Signals} signal */
function signalAll(signal) {
  for (const pid of descendants(process.pid)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in the meantime.
    }
  }
}

/**
 * Everything below a process: a shell that waits for a command does not pass a signal on, and whoever holds the other end of
 * a pipe keeps the synchronous wait from ending.
 * @param {number} root
 */
function descendants(root) {
  const children = process.platform === 'linux' ? linuxChildren : listedChildren();
  const found = [];
  for (let todo = [root]; todo.length > 0; ) {
    const below = children(/** @type {number} */ (todo.pop()));
    found.push(...below);
    todo.push(...below);
  }
  return found;
}

/** A child hangs under the thread that started it. @param {number} pid @returns {number[]} */
function linuxChildren(pid) {
  return list(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Where there is no /proc, `ps` tells. @returns {(pid: number) => number[]} */
function listedChildren() {
  const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return (parent) => pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid);
}
