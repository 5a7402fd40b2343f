/**
 * `dx.progress(iterable)`: goes through an iterable, synchronous or not, and shows how far it is in one display that changes in
 * place. The display belongs to the cell that iterates.
 */

import {
  MathFloor, MathMin, NumberCtor, NumberIsFinite, NumberPrototypeToFixed, ObjectDefineProperty, PromisePrototypeThen, PromiseResolve,
  ReflectApply, StringCtor, StringPrototypePadStart, StringPrototypeRepeat, SymbolAsyncIterator, SymbolIterator, SymbolToStringTag,
  TypeErrorCtor, clearTimeoutFn, processHrtime, setTimeoutFn,
} from '../primordials.mjs';
import { display } from './display.mjs';
import { escapeHtml } from './tables.mjs';
import { bare } from './values.mjs';

/** @typedef {{ total?: number, label?: string }} ProgressOptions */

// Ten changes a second look like motion; more only costs the front end.
const INTERVAL_MS = 100;
const BAR_CHARACTERS = 30;

/** What is shown. */
class Bar {
  #label;
  /** @type {number | undefined} */
  #total;
  #done = 0;
  #started = now();
  #lastShown = 0;
  #over = false;
  #handle;
  /** @type {any} */
  #timer;

  /** @param {number | undefined} total @param {string} label */
  constructor(total, label) {
    this.#total = total;
    this.#label = label;
    this.#lastShown = this.#started;
    this.#handle = display(this.#bundle(), { raw: true });
  }

  step() {
    this.#done++;
    if (this.#timer !== undefined) return this.#showIfDue();
    // In case nothing more happens for a while: where the loop waits, the timer shows the newest count.
    this.#timer = setTimeoutFn(() => this.#show(), INTERVAL_MS);
    this.#showIfDue();
  }

  /** The end of it, for whatever reason; a second time does nothing. */
  finish() {
    if (this.#over) return;
    this.#over = true;
    this.#show();
  }

  #showIfDue() {
    if (now() - this.#lastShown >= INTERVAL_MS) this.#show();
  }

  #show() {
    clearTimeoutFn(this.#timer);
    this.#timer = undefined;
    this.#lastShown = now();
    this.#handle.update(this.#bundle(), { raw: true });
  }

  #bundle() {
    const total = this.#total !== undefined && this.#done <= this.#total ? this.#total : undefined;
    const seconds = (now() - this.#started) / 1000;
    const numbers = describe(this.#done, total, seconds, this.#over);
    const label = this.#label === '' ? '' : `${this.#label}: `;
    return bare({
      'text/plain': total === undefined ? `${label}${numbers}` : `${label}${textBar(this.#done, total)} ${numbers}`,
      'text/html': `<div style="font-family: monospace">${escapeHtml(label)}${htmlBar(this.#done, total, this.#over)} ${escapeHtml(numbers)}</div>`,
    });
  }
}

/** @param {number} done @param {number} total */
function textBar(done, total) {
  const share = total === 0 ? 1 : done / total;
  const full = MathFloor(share * BAR_CHARACTERS);
  const percent = StringPrototypePadStart(`${MathFloor(share * 100)}`, 3);
  return `${percent}% |${StringPrototypeRepeat('█', full)}${StringPrototypeRepeat(' ', BAR_CHARACTERS - full)}|`;
}

/** @param {number} done @param {number | undefined} total @param {boolean} over */
function htmlBar(done, total, over) {
  // Without a value the browser shows that something goes on.
  if (total === undefined) return over ? '<progress value="1" max="1"></progress>' : '<progress></progress>';
  return `<progress value="${total === 0 ? 1 : done}" max="${total === 0 ? 1 : total}"></progress>`;
}

/** As `3/10 [00:03<00:07, 1.0/s]`. @param {number} done @param {number | undefined} total @param {number} seconds @param {boolean} over */
function describe(done, total, seconds, over) {
  const rate = seconds > 0 && done > 0 ? done / seconds : 0;
  const remaining = total !== undefined && rate > 0 && !over ? `<${clock((total - done) / rate)}` : '';
  const speed = rate === 0 ? '' : rate >= 1 ? `, ${NumberPrototypeToFixed(rate, 1)}/s` : `, ${NumberPrototypeToFixed(1 / rate, 1)} s each`;
  return `${done}${total === undefined ? '' : `/${total}`} [${clock(seconds)}${remaining}${speed}]`;
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = MathFloor(MathMin(seconds, 360_000));
  const hours = MathFloor(whole / 3600);
  const minutes = MathFloor(whole / 60) % 60;
  const rest = `${two(minutes)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** @param {number} number */
function two(number) {
  return StringPrototypePadStart(`${number}`, 2, '0');
}

/** @returns {number} milliseconds */
function now() {
  return NumberCtor(processHrtime()) / 1e6;
}

/**
 * @param {any} iterable
 * @param {ProgressOptions} [options]  `total` is taken from `length` or `size` where the iterable has one
 * @returns {any} an iterator of the same kind over the same items
 */
export function progress(iterable, options) {
  const asynchronous = iterable?.[SymbolAsyncIterator];
  const method = asynchronous ?? iterable?.[SymbolIterator];
  if (typeof method !== 'function') throw new TypeErrorCtor('dx.progress: expected an iterable, such as an array or a stream');
  const total = totalOf(iterable, options?.total);
  const label = options?.label === undefined ? '' : StringCtor(options.label);
  return asynchronous === undefined || asynchronous === null
    ? new Progress(() => ReflectApply(method, iterable, []), total, label)
    : new AsyncProgress(() => ReflectApply(method, iterable, []), total, label);
}

/** @param {any} iterable @param {unknown} given @returns {number | undefined} */
function totalOf(iterable, given) {
  const total = given ?? iterable.length ?? iterable.size;
  if (given !== undefined && !(typeof given === 'number' && given >= 0)) throw new TypeErrorCtor('dx.progress: total: expected a number of items');
  return typeof total === 'number' && NumberIsFinite(total) ? total : undefined;
}

/** Counts what is taken from an iterator: an item is done when the next one is asked for. */
class Counter {
  #open;
  #total;
  #label;
  /** @type {any} */
  #iterator;
  /** @type {Bar | undefined} */
  #bar;

  /** @param {() => any} open @param {number | undefined} total @param {string} label */
  constructor(open, total, label) {
    this.#open = open;
    this.#total = total;
    this.#label = label;
  }

  /** Begins, and shows the bar, at the first call. @returns {any} what the iterator's `next` returns */
  advance() {
    if (this.#bar === undefined) {
      this.#iterator = this.#open();
      this.#bar = new Bar(this.#total, this.#label);
    } else {
      this.#bar.step();
    }
    return this.#iterator.next();
  }

  /** The loop was left. @param {any} value @returns {any} what the iterator's `return` returns, if it has one */
  leave(value) {
    this.finish();
    const method = this.#iterator?.return;
    return typeof method === 'function' ? ReflectApply(method, this.#iterator, [value]) : { value, done: true };
  }

  finish() {
    this.#bar?.finish();
  }

  /** @param {any} result @returns {any} */
  look(result) {
    if (result?.done === true) this.finish();
    return result;
  }
}

class Progress {
  #counter;
  /** @param {() => any} open @param {number | undefined} total @param {string} label */
  constructor(open, total, label) {
    this.#counter = new Counter(open, total, label);
  }
  [/** @type {any} */ (SymbolIterator)]() {
    return this;
  }
  next() {
    const counter = this.#counter;
    let result;
    try {
      result = counter.advance();
    } catch (error) {
      counter.finish();
      throw error;
    }
    return counter.look(result);
  }
  /** @param {any} [value] */
  return(value) {
    return this.#counter.leave(value);
  }
}

class AsyncProgress {
  #counter;
  /** @param {() => any} open @param {number | undefined} total @param {string} label */
  constructor(open, total, label) {
    this.#counter = new Counter(open, total, label);
  }
  [/** @type {any} */ (SymbolAsyncIterator)]() {
    return this;
  }
  next() {
    const counter = this.#counter;
    return PromisePrototypeThen(PromiseResolve(counter.advance()), (/** @type {any} */ result) => counter.look(result), (/** @type {any} */ error) => {
      counter.finish();
      throw error;
    });
  }
  /** @param {any} [value] */
  async return(value) {
    return this.#counter.leave(value);
  }
}
for (const type of [Progress, AsyncProgress]) {
  ObjectDefineProperty(type.prototype, SymbolToStringTag, { __proto__: null, value: 'Progress', configurable: true });
}
