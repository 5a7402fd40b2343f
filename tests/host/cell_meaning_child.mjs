/** Runs programs as plain scripts and as cells; one JSON line {plain, cells} in, one {plain, cells} of outcomes out. */
import { createInterface } from 'node:readline';
import vm from 'node:vm';
import { CellRunner } from './cell_runner.mjs';

const LOG_LIMIT = 2000;

/** @param {string[]} log @param {() => { v: any } | Promise<{ v: any } | undefined>} run */
async function outcome(log, run) {
  try {
    const value = await run();
    return { log, value: show(value?.v) };
  } catch (thrown) {
    const error = /** @type {any} */ (thrown);
    return { log, error: error?.diagnostics ? `refused: ${error.message}` : show(error) };
  }
}

/** @param {string} source */
function plain(source) {
  const log = /** @type {string[]} */ ([]);
  return outcome(log, () => ({ v: vm.runInNewContext(source, { log: logger(log) }) }));
}

/** @param {string[]} sources */
function cells(sources) {
  const log = /** @type {string[]} */ ([]);
  /** @type {any} */ (globalThis).log = logger(log);
  const runner = new CellRunner();
  return outcome(log, async () => {
    let last;
    for (const source of sources) last = await runner.settle(source);
    return last;
  });
}

const logger = (/** @type {string[]} */ log) => (/** @type {any[]} */ ...values) => {
  if (log.length < LOG_LIMIT) log.push(values.map(show).join(' '));
  return values.length;
};

/** @param {any} value */
function show(value) {
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.prototype.toString.call(value) === '[object Error]') return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) return `${value.constructor?.name} ${JSON.stringify(value)}`;
  return String(value);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ plain: await plain(request.plain), cells: await cells(request.cells) })}\n`);
}
