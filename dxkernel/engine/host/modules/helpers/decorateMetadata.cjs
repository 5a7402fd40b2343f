'use strict';

/**
 * Records type metadata when the program has loaded `reflect-metadata`, as TypeScript's `__metadata` does.
 * @param {string} key
 * @param {unknown} value
 */
module.exports = function decorateMetadata(key, value) {
  const metadata = /** @type {any} */ (Reflect).metadata;
  return typeof metadata === 'function' ? metadata(key, value) : undefined;
};
