/**
 * Makes this thread load TypeScript and JSX files, by Node's own module rules.
 *
 * `installHooks()` promises that programs of plain JavaScript see no difference and pay two closures for it: nothing
 * that parses or transforms is loaded before the first `.ts`, `.mts`, `.cts`, `.tsx` or `.jsx` file. What is not here:
 * how a specifier finds a file (`resolve.mjs`), and how a file becomes JavaScript (`load.mjs`, `transform.mjs`).
 */

import { createRequire, registerHooks } from 'node:module';

import { defineProperty, exec, includes, mapGet, mapSet, SafeMap, slice, split, startsWith } from './refs.mjs';

/**
 * @typedef {import('./transform.mjs').TransformRequest} TransformRequest
 * @typedef {import('./transform.mjs').TransformResult} TransformResult
 * @typedef {import('./transform.mjs').RawMap} RawMap
 * @typedef {(request: TransformRequest) => TransformResult} Transform
 * @typedef {import('node:module').ResolveHookContext} ResolveContext
 * @typedef {import('node:module').LoadHookContext} LoadContext
 * @typedef {(specifier: string, context?: Partial<ResolveContext>) => import('node:module').ResolveFnOutput} NextResolve
 * @typedef {(url: string, context?: Partial<LoadContext>) => import('node:module').LoadFnOutput} NextLoad
 * @typedef {{ source: string, filename: string }} Virtual
 */

/** What this thread transforms: the extension decides, a query or fragment does not matter. */
const TRANSFORMED = /\.(?:[mc]?ts|tsx|jsx)(?:[?#]|$)/;

/** Where the hooks' code is, as stack frames write it. */
const HERE = slice(import.meta.url, 0, -'hooks.mjs'.length);

const require = createRequire(import.meta.url);

/** @type {Map<string, RawMap>} */
const maps = new SafeMap();
/** @type {Map<string, Virtual>} */
const virtuals = new SafeMap();

/** @type {typeof import('./resolve.mjs') | undefined} */
let resolver;
/** @type {typeof import('./load.mjs') | undefined} */
let loader;

/**
 * Installs the hooks on this thread, once for each call; `deregister()` of what it returns takes them away.
 *
 * `transform` replaces the transformer: it gets a plain value and returns one, synchronously, so that an engine may ask
 * another thread. By default OXC is loaded into this thread with the first file that needs it.
 * @param {{ transform?: Transform }} [options]
 * @returns {{ deregister(): void }}
 */
export function installHooks(options = {}) {
  const { transform = transformHere } = options;
  return registerHooks({
    resolve,
    load(url, context, next) {
      if (!isTransformed(url)) return next(url, context);
      if (context.importAttributes?.type !== undefined) return next(url, context);
      loader ??= /** @type {typeof import('./load.mjs')} */ (require('./load.mjs'));
      const { format, source, map } = loader.load(url, mapGet(virtuals, url), transform);
      mapSet(maps, url, map);
      return { format, source, shortCircuit: true };
    },
  });
}

/**
 * The source map of a file that this thread transformed, by the URL it was loaded as.
 * @param {string} url
 * @returns {RawMap | undefined}
 */
export function mapOf(url) {
  return mapGet(maps, url);
}

/**
 * Makes `url` load `source`, as if a file with that text lay there. Relative imports resolve against the URL.
 * @param {string} url a `file:` URL with one of our extensions
 * @param {Virtual} virtual `filename` is the name that diagnostics show
 */
export function serveVirtual(url, virtual) {
  mapSet(virtuals, url, virtual);
}

/**
 * Whether the module at this URL is TypeScript or JSX.
 * @param {string | undefined} url
 */
export function isTransformed(url) {
  return url !== undefined && startsWith(url, 'file:') && exec(TRANSFORMED, url) !== null;
}

/**
 * Node's answer stands wherever it has one; our additions are tried when it has none, and then its error is thrown.
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 * @returns {import('node:module').ResolveFnOutput}
 */
function resolve(specifier, context, next) {
  if (startsWith(specifier, 'node:')) return next(specifier, context);
  if (mapGet(virtuals, specifier) !== undefined) return { url: specifier, shortCircuit: true };
  if (isTransformed(context.parentURL)) return lazyResolver().resolveFromTypeScript(specifier, context, next);
  try {
    return next(specifier, context);
  } catch (error) {
    const found = lazyResolver().resolveMissing(specifier, context, next, error);
    if (found === undefined) throw withoutOurFrames(error); // node-do-not-add-exception-line
    return found;
  }
}

function lazyResolver() {
  return (resolver ??= /** @type {typeof import('./resolve.mjs')} */ (require('./resolve.mjs')));
}

/**
 * Takes the hooks' frames out of an error of Node's, so that its stack is about the program.
 * @param {unknown} error
 */
export function withoutOurFrames(error) {
  const stack = /** @type {{ stack?: unknown }} */ (error)?.stack;
  if (typeof stack !== 'string') return error;
  let kept = '';
  for (const line of split(stack, '\n')) {
    if (!includes(line, HERE) && !includes(line, 'node:internal/modules/customization_hooks')) kept += `${line}\n`;
  }
  defineProperty(/** @type {object} */ (error), 'stack', {
    value: slice(kept, 0, -1), writable: true, configurable: true, enumerable: false,
  });
  return error;
}

/** @type {typeof import('./transform.mjs') | undefined} */
let transformer;

/** @type {Transform} */
function transformHere(request) {
  transformer ??= /** @type {typeof import('./transform.mjs')} */ (require('./transform.mjs'));
  return transformer.transformSource(request);
}
