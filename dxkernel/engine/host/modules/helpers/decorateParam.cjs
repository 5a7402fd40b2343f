'use strict';

/**
 * Makes a class or method decorator of a parameter's, as TypeScript's `__param` does.
 * @param {number} index
 * @param {Function} decorator
 */
module.exports = function decorateParam(index, decorator) {
  return /** @param {any} target @param {any} key */ (target, key) => decorator(target, key, index);
};
