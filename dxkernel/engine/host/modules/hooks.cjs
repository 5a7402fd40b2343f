/**
 * Makes this thread load TypeScript and JSX files, by Node's own module rules.
 *
 * `installHooks()` promises that programs of plain JavaScript see no difference and pay two closures for it: nothing
 * that parses or transforms is loaded before the first `.ts`, `.mts`, `.cts`, `.tsx` or `.jsx` file. What is not here:
 * how a specifier finds a file (`resolve.mjs`), and how a file becomes JavaScript (`load.mjs`, `transform.mjs`).
 *
 * CommonJS, because it is on the path of every start; `hooks.mjs` is its face for ES modules.
 */
'use strict';

const { registerHooks } = require('node:module');

const { defineProperty, endsWith, exec, mapGet, mapSet, SafeMap, slice, split, startsWith } = require('./refs.cjs');

/** @import { RawMap, Transform, Virtual, ResolveContext, Resolved, NextResolve } from './types.mjs' */

/** What this thread transforms: the extension decides, a query or fragment does not matter. */
const TRANSFORMED = /\.(?:[mc]?ts|tsx|jsx)(?:[?#]|$)/;

/** Frames of the hooks: CommonJS files are named by path, ES modules by URL. */
const OURS = /[\\/]engine[\\/]host[\\/]modules[\\/][\w-]+\.[cm]js:\d+|node:internal\/modules\/customization_hooks/;

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
function installHooks(options = {}) {
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
function mapOf(url) {
  return mapGet(maps, url);
}

/**
 * Makes `url` load `source`, as if a file with that text lay there. Relative imports resolve against the URL.
 * @param {string} url a `file:` URL with one of our extensions
 * @param {Virtual} virtual `filename` is the name that diagnostics show
 */
function serveVirtual(url, virtual) {
  mapSet(virtuals, url, virtual);
}

/**
 * Whether the module at this URL is TypeScript or JSX.
 * @param {string | undefined} url
 */
function isTransformed(url) {
  return url !== undefined && startsWith(url, 'file:') && exec(TRANSFORMED, url) !== null;
}

/**
 * Node's answer stands wherever it has one; our additions are tried when it has none, and then its error is thrown.
 * @param {string} specifier
 * @param {ResolveContext} context
 * @param {NextResolve} next
 * @returns {Resolved}
 */
function resolve(specifier, context, next) {
  if (startsWith(specifier, 'node:')) return next(specifier, context);
  if (mapGet(virtuals, specifier) !== undefined) return { url: specifier, shortCircuit: true };
  if (isTransformed(context.parentURL) || isFolder(context.parentURL)) return lazyResolver().resolveFromTypeScript(specifier, context, next);
  try {
    return next(specifier, context);
  } catch (error) {
    const found = lazyResolver().resolveMissing(specifier, context, next, error);
    if (found === undefined) throw withoutOurFrames(error); // node-do-not-add-exception-line
    return found;
  }
}

/**
 * A cell has no file: its imports come from the folder the process is in, and it is TypeScript.
 * @param {string | undefined} url
 */
function isFolder(url) {
  return url !== undefined && endsWith(url, '/');
}

function lazyResolver() {
  return (resolver ??= /** @type {typeof import('./resolve.mjs')} */ (require('./resolve.mjs')));
}

/**
 * Takes the hooks' frames out of an error of Node's, so that its stack is about the program.
 * @param {unknown} error
 */
function withoutOurFrames(error) {
  const stack = /** @type {{ stack?: unknown }} */ (error)?.stack;
  if (typeof stack !== 'string') return error;
  const lines = split(stack, '\n');
  let kept = '';
  for (let i = 0; i < lines.length; i++) {
    if (exec(OURS, lines[i]) === null) kept += `${lines[i]}\n`;
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

module.exports = { installHooks, isTransformed, mapOf, serveVirtual, withoutOurFrames };
