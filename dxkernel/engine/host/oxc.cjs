/**
 * OXC's parser and transformer, without their JavaScript.
 *
 * What we need of `oxc-parser` and `oxc-transform` are their native parts, which load in half a millisecond; the packages
 * around them take ten, to find out what `npm ci` knew when it installed one native part and no other. Where that is not
 * how it lies, the packages have their say.
 */
'use strict';

const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const { jsonParse } = require('./modules/refs.cjs');

/** @type {Pick<typeof import('oxc-parser'), 'parseSync'> | undefined} */
let parser;
/** @type {Pick<typeof import('oxc-transform'), 'transformSync'> | undefined} */
let transformer;
/** @type {Record<string, string[]> | undefined} */
let keys;

/**
 * As `parseSync` of `oxc-parser`, but the `value` of regular expressions and of big integers is left out.
 * @type {typeof import('oxc-parser').parseSync}
 */
function parseSync(filename, text, options) {
  parser ??= parserOf(native('@oxc-parser')) ?? require('oxc-parser');
  return /** @type {typeof import('oxc-parser')} */ (parser).parseSync(filename, text, options);
}

/** @type {typeof import('oxc-transform').transformSync} */
function transformSync(filename, text, options) {
  transformer ??= native('@oxc-transform') ?? require('oxc-transform');
  return /** @type {typeof import('oxc-transform')} */ (transformer).transformSync(filename, text, options);
}

/** The names of the children of each type of node. */
function visitorKeys() {
  return (keys ??= /** @type {Record<string, string[]>} */ (keysAlone() ?? require('oxc-parser').visitorKeys));
}

function keysAlone() {
  try {
    return require(join(__dirname, 'node_modules', 'oxc-parser', 'src-js', 'generated', 'visit', 'keys.js')).default;
  } catch {
    return undefined;
  }
}

/**
 * The native part that is installed.
 * @param {string} scope
 */
function native(scope) {
  try {
    const folder = join(__dirname, 'node_modules', scope);
    const [name, ...others] = readdirSync(folder);
    return name === undefined || others.length > 0 ? undefined : require(join(folder, name));
  } catch {
    return undefined;
  }
}

/**
 * The native parser gives the tree as JSON.
 * @param {any} binding
 * @returns {Pick<typeof import('oxc-parser'), 'parseSync'> | undefined}
 */
function parserOf(binding) {
  if (binding === undefined) return undefined;
  return {
    parseSync(filename, text, options) {
      const result = binding.parseSync(filename, text, options);
      /** @type {{ program?: any, module?: any, comments?: any, errors?: any }} */
      const taken = {};
      // The native object gives each part once.
      return {
        get program() { return (taken.program ??= jsonParse(result.program).node); },
        get module() { return (taken.module ??= result.module); },
        get comments() { return (taken.comments ??= result.comments); },
        get errors() { return (taken.errors ??= result.errors); },
      };
    },
  };
}

module.exports = { parseSync, transformSync, visitorKeys };
