/**
 * Our own inspector session on the main thread, opened when it is first needed: while one is open, an exiting process
 * tells its user that it waits for a debugger.
 */

import { Session } from 'node:inspector/promises';
import { INSPECTED } from '../runtime/flags.mjs';

// An expression that takes longer than this is not worth waiting for while somebody types.
const TIMEOUT_MS = 100;

/** @typedef {import('node:inspector').Runtime.RemoteObject} RemoteObject */

export class Inspector {
  #flags;
  #looks = 0;
  /** @type {Session | undefined} */
  #session;

  /** @param {Int32Array} flags */
  constructor(flags) {
    this.#flags = flags;
  }

  #open() {
    if (this.#session === undefined) {
      Atomics.store(this.#flags, INSPECTED, 1);
      this.#session = new Session();
      this.#session.connectToMainThread();
    }
    return this.#session;
  }

  disconnect() {
    this.#session?.disconnect();
    this.#session = undefined;
    Atomics.store(this.#flags, INSPECTED, 0);
  }

  terminateExecution() {
    // Answered late or never when the main thread ends in the meantime; nobody waits for the answer.
    this.#open().post('Runtime.terminateExecution').catch(() => {});
  }

  /** Any CDP method on the main thread. @param {string} method @param {object} [params] @returns {Promise<any>} */
  async post(method, params) {
    return /** @type {any} */ (this.#open()).post(method, params);
  }

  /** A look at the running program; close it to let go of what it saw. */
  look() {
    return new Look(this, `dx-${++this.#looks}`);
  }
}

/** One question's view: objects it got stay alive until `close`, whatever other questions do meanwhile. */
export class Look {
  #inspector;
  #group;

  /** @param {Inspector} inspector @param {string} group */
  constructor(inspector, group) {
    this.#inspector = inspector;
    this.#group = group;
  }

  /**
   * The value of an expression, if it can be had without a side effect and in time.
   * @param {string} expression
   * @param {{ byValue?: boolean, preview?: boolean }} [options]
   * @returns {Promise<RemoteObject | undefined>}
   */
  async peek(expression, options = {}) {
    try {
      const answer = await this.#inspector.post('Runtime.evaluate', {
        expression, throwOnSideEffect: true, timeout: TIMEOUT_MS, silent: true, objectGroup: this.#group,
        returnByValue: options.byValue === true, generatePreview: options.preview === true,
        includeCommandLineAPI: false, replMode: false,
      });
      return answer.exceptionDetails === undefined ? answer.result : undefined;
    } catch {
      return undefined;
    }
  }

  /** Any CDP method that changes nothing. @param {string} method @param {object} [params] @returns {Promise<any>} */
  post(method, params) {
    return this.#inspector.post(method, params);
  }

  close() {
    this.#inspector.post('Runtime.releaseObjectGroup', { objectGroup: this.#group }).catch(() => {});
  }
}
